import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENGINE_DATABASE } from './engine-access.ts';
import { startEngine } from './engine.ts';
import { forEmptyDatabase } from './migrations/fresh.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Store } from './store.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CACHE = file('../../../node_modules/.cache/migrated-store');
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The inputs that determine the tables: the statements that create them, the code that sends them, and the engine. */
async function keyOf(): Promise<string> {
  const statements = MIGRATIONS.flatMap((migration) => migration.statements(ENGINE_DATABASE));
  const sources = [file('./migrations/index.ts'), file('../../../node_modules/chdb/package.json')];
  const hash = createHash('sha256').update(forEmptyDatabase(statements).join('\n'));
  for (const source of sources) hash.update(await readFile(source));
  return hash.digest('hex');
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function make(path: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const dataDir = await mkdtemp(join(CACHE, 'new-'));
  const engine = await startEngine({ dataDir, log: quiet });
  const store = await Store.open(engine);
  await store.close();
  await engine.stop();
  // Names a process that has just ended, and no process in a copy.
  await rm(join(dataDir, 'engine-process.json'), { force: true });
  // Another process may have been faster, with the same result.
  await rename(dataDir, path).catch(() => rm(dataDir, { recursive: true, force: true }));
}

/**
 * Fills a directory with the files of an engine that has only created its tables. Creating them anew costs every test
 * file 0.3 s of CPU time; the tests that start collectors cover the creation itself.
 */
export async function copyMigratedStore(dataDir: string): Promise<void> {
  const path = join(CACHE, await keyOf());
  if (!(await isThere(path))) await make(path);
  await cp(path, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
}
