/**
 * The bundled web page: `collector/web/dist`, from which a collector that runs from its sources serves it, and the same
 * files in the package. `node .ci/page.ts` builds it if it is older than its sources.
 */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contained } from './picture-engine.ts';
import { ROOT } from './packages.ts';

const WEB = join(ROOT, 'collector/web');
const DIST = join(WEB, 'dist');

async function newestMillis(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const times = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  return Math.max(...(await Promise.all(times)));
}

/** Whether the bundle is newer than all its inputs. */
async function isFresh(): Promise<boolean> {
  const built = await stat(join(DIST, 'index.html')).catch(() => undefined);
  if (built === undefined) return false;
  const config = ['../src/web/page-list.ts', 'index.html', 'vite.config.ts', '../../package-lock.json'];
  const times = await Promise.all(config.map(async (file) => (await stat(join(WEB, file))).mtimeMs));
  return built.mtimeMs > Math.max(await newestMillis(join(WEB, 'src')), ...times);
}

/**
 * Bundles the page (about a second).
 *
 * @param folder of the result; replaced as a whole
 */
export async function buildPage(folder: string): Promise<void> {
  const { build } = await import('vite');
  const fresh = `${folder}.${process.pid}`;
  const { NODE_ENV } = process.env;
  // A test runner sets `test`, which would make a page with React's development code and the paths of this machine.
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      root: WEB,
      configFile: join(WEB, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: fresh, emptyOutDir: true },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  }
  // Another process may be doing the same: the last one writes the same files.
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
}

/** The third-party code in a bundled page, for the notices of its package. */
export async function bundledInPage(folder: string): Promise<readonly Contained[]> {
  const list = JSON.parse(await readFile(join(folder, 'licences.json'), 'utf8')) as Omit<Contained, 'file'>[];
  return list.map(({ name, version, licence }) => ({
    name,
    version,
    licence,
    file: 'web/page/licences.txt',
  }));
}

/** Builds `collector/web/dist` unless it is up to date. */
export async function buildPageIfOld(): Promise<void> {
  if (!(await isFresh())) await buildPage(DIST);
}

if (import.meta.main) await buildPageIfOld();
