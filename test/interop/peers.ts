/** Runtimes of other projects, installed on demand by `install.sh`: too big to come with every checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** Where `install.sh` puts them. */
export const PEERS = fileURLToPath(new URL('peers/node_modules', import.meta.url));

/** Folder of a package that is installed; undefined when it is not. */
export function peer(name: string, file = 'package.json'): string | undefined {
  const folder = join(PEERS, name);
  return existsSync(join(folder, file)) ? folder : undefined;
}

/**
 * Tests that need a peer; skipped with a line on standard error when it is not installed.
 *
 * @param file that the package has only when it was built, too
 */
export function describeWithPeer(name: string, tests: (folder: string) => void, file?: string): void {
  const folder = peer(name, file);
  if (folder === undefined)
    process.stderr.write(`SKIPPED: ${name} is not installed: run test/interop/install.sh\n`);
  describe.skipIf(folder === undefined)(`on ${name}`, () => {
    tests(folder ?? '');
  });
}
