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

/** What the tables come from: the statements that make them, who sends them, and the engine. */
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
  // Names the process that has just ended, and is nobody's in a copy.
  await rm(join(dataDir, 'engine-process.json'), { force: true });
  // Another process may have been faster: it has the same.
  await rename(dataDir, path).catch(() => rm(dataDir, { recursive: true, force: true }));
}

/**
 * Fills a directory with what an engine leaves that has made its tables and nothing else. To make them anew costs every
 * file of tests 0.3 s of the processor; what makes them is tested where collectors are started.
 */
export async function copyMigratedStore(dataDir: string): Promise<void> {
  const path = join(CACHE, await keyOf());
  if (!(await isThere(path))) await make(path);
  await cp(path, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
}
