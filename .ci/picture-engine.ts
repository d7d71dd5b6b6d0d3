/**
 * The collector's package includes the code and fonts to draw pictures: the used hundredth of ECharts' 60 MB, bundled
 * into one file that is loaded when a picture is drawn, and the two weights of the font for PNGs.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleViewer } from '../collector/src/web/bundle-viewer.ts';
import { ROOT } from './packages.ts';

const ENGINE = 'charts/render/engine';
const FONT = '@expo-google-fonts/inter';
const WEIGHTS = ['400Regular', '600SemiBold'];

/** The third-party content of the package, with the file of its licence there. */
export interface Contained {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly file: string;
}

/** The package that a path belongs to. */
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Path of the licence of each of them. */
const LICENCES: Readonly<Record<string, readonly string[]>> = {
  echarts: ['LICENSE', 'NOTICE', 'licenses/LICENSE-d3'],
  zrender: ['LICENSE'],
  tslib: ['LICENSE.txt'],
  [FONT]: ['LICENSE_FONT'],
};

/**
 * Puts the engine and the font into the built collector.
 *
 * @returns the third-party content that the package now has
 * @throws {Error} if an unexpected package is bundled
 */
export async function addPictureEngine(dist: string): Promise<readonly Contained[]> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, `collector/src/${ENGINE}.ts`)],
    outfile: join(dist, `${ENGINE}.js`),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // All licences are in separate files.
    legalComments: 'none',
    metafile: true,
    absWorkingDir: ROOT,
  });
  const paths = Object.keys(metafile.inputs).flatMap((path) => PACKAGE.exec(path)?.[1] ?? []);
  await mkdir(join(dist, 'fonts'), { recursive: true });
  for (const weight of WEIGHTS)
    await copyFile(
      join(ROOT, 'node_modules', FONT, weight, `Inter_${weight}.ttf`),
      join(dist, 'fonts', `Inter_${weight}.ttf`),
    );
  const contained: Contained[] = [];
  for (const name of [...new Set([...paths, FONT])].sort()) contained.push(await copyLicence(dist, name));
  return contained;
}

/** The viewer of shared results, which includes the same engine. */
export async function addViewer(dist: string): Promise<void> {
  const { script, paths } = await bundleViewer();
  const foreign = paths
    .flatMap((path) => PACKAGE.exec(path)?.[1] ?? [])
    .filter((name) => !(name in LICENCES));
  if (foreign.length > 0)
    throw new Error(`the viewer contains packages without a known licence: ${foreign.join(', ')}`);
  await mkdir(join(dist, 'web/viewer'), { recursive: true });
  await writeFile(join(dist, 'web/viewer/viewer.js'), script);
  await copyFile(join(ROOT, 'collector/src/web/viewer/index.html'), join(dist, 'web/viewer/index.html'));
}

async function copyLicence(dist: string, name: string): Promise<Contained> {
  const from = join(ROOT, 'node_modules', name);
  const files = LICENCES[name];
  if (files === undefined) throw new Error(`${name} is bundled, but the place of its licence is unknown`);
  const texts = await Promise.all(files.map((file) => readFile(join(from, file), 'utf8')));
  const { version, license } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  const file = `licenses/${name.replaceAll(/[^\w-]+/g, '-').replace(/^-/, '')}.txt`;
  await mkdir(join(dist, 'licenses'), { recursive: true });
  await writeFile(join(dist, file), texts.join('\n\n'));
  // Only the font itself is taken from the font's package.
  return { name, version, licence: name === FONT ? 'OFL-1.1' : license, file };
}
