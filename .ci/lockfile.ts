/**
 * Removes the `engines` of third-party packages from `package-lock.json`; with `--check`, only reports whether any are
 * left. They may require a newer Node than the one that runs `npm install`. This is harmless, because everything else runs with
 * the Node that is installed as a dependency; but npm prints five lines of warning for each package.
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
    process.stderr.write(
      `package-lock.json contains the engines of ${foreign.length} packages; run: npm run lockfile\n`,
    );
    process.exitCode = 1;
  }
} else {
  for (const [, entry] of foreign) delete entry.engines;
  await writeFile(path, `${JSON.stringify(lockfile, null, 2)}\n`);
}
