import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';
import { writeNotices } from './notices.ts';
import { buildPage, bundledInPage } from './page.ts';
import { addPictureEngine, addViewer } from './picture-engine.ts';
import { distOf, LAYER_ZIP, NOTICES, readManifest, ROOT, writePackage } from './packages.ts';

const WORKSPACE = 'collector';

/** Compiles the collector into `collector/dist`: a program, without declarations, because nothing imports it. */
export async function buildCollector(): Promise<void> {
  const dist = distOf(WORKSPACE);
  await rm(dist, { recursive: true, force: true });
  await compile([WORKSPACE], { rootDir: join(ROOT, WORKSPACE, 'src'), outDir: dist });
  const page = join(dist, 'web/page');
  await buildPage(page);
  await addViewer(dist);
  const { bin = {} } = await readManifest(WORKSPACE);
  for (const file of Object.values(bin)) await writeLauncher(file);
  await copyFile(LAYER_ZIP, join(dist, 'lambda/layer.zip'));
  const engines = await readFile(join(ROOT, WORKSPACE, 'bin/engines.json'), 'utf8');
  await writeFile(join(dist, 'bin/engines.json'), engines);
  const pictures = await addPictureEngine(dist);
  await writeNotices(WORKSPACE, { contained: [...pictures, ...(await bundledInPage(page))] });
  await writePackage(WORKSPACE, {
    // The published package runs with the user's Node, not with the one that comes with the repository.
    engines: JSON.parse(engines) as unknown,
    exports: { './package.json': './package.json' },
    files: ['**/*.js', 'bin', 'web/page', 'web/viewer', 'lambda/layer.zip', 'fonts', 'licenses', NOTICES],
  });
}

async function writeLauncher(file: string): Promise<void> {
  const target = join(distOf(WORKSPACE), file);
  const text = await readFile(join(ROOT, WORKSPACE, file), 'utf8');
  await mkdir(join(target, '..'), { recursive: true });
  await writeFile(target, text.replace('../src/main.ts', '../main.js'));
  await chmod(target, 0o755);
}
