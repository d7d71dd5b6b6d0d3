/**
 * Removes the `engines` of third-party packages from `package-lock.json`; with `--check`, only reports whether any are
 * left. They ask for a newer Node than the one `npm install` may run with. This is harmless, because everything then
 * runs with the Node that is installed; but npm prints five lines of warning for each of them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

interface Lockfile {
  packages: Record<string, { engines?: unknown }>;
}

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lockfile = JSON.parse(await readFile(path, 'utf8')) as Lockfile;
const foreign = Object.entries(lockfile.packages).filter(
  ([name, { engines }]) => name.startsWith('node_modules/') && engines !== undefined,
);
if (process.argv.includes('--check')) {
  if (foreign.length > 0) {
    process.stderr.write(`package-lock.json names engines of ${foreign.length} packages: npm run lockfile\n`);
    process.exitCode = 1;
  }
} else {
  for (const [, entry] of foreign) delete entry.engines;
  await writeFile(path, `${JSON.stringify(lockfile, null, 2)}\n`);
}
