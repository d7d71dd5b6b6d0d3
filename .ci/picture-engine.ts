/**
 * What pictures are drawn with comes inside the collector's package: ECharts, of whose 60 MB they use a hundredth, bundled
 * into one file that is loaded when a picture is drawn, and the two weights of the font that PNGs are written in.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleViewer } from '../collector/src/web/bundle-viewer.ts';
import { ROOT } from './packages.ts';

const ENGINE = 'charts/render/engine';
const FONT = '@expo-google-fonts/inter';
const WEIGHTS = ['400Regular', '600SemiBold'];

/** What of others is in the package, with the file of its licence there. */
export interface Contained {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly file: string;
}

/** The package a path is in. */
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Where each of them has its licence. */
const LICENCES: Readonly<Record<string, readonly string[]>> = {
  echarts: ['LICENSE', 'NOTICE', 'licenses/LICENSE-d3'],
  zrender: ['LICENSE'],
  tslib: ['LICENSE.txt'],
  [FONT]: ['LICENSE_FONT'],
};

/**
 * Puts the engine and the font into the built collector.
 *
 * @returns what is in the package now
 * @throws {Error} when something is bundled that has no place here
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
    // The licences of all of it are in files of their own.
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

/** The viewer of shared results, which has the same engine in it. */
export async function addViewer(dist: string): Promise<void> {
  const { script, paths } = await bundleViewer();
  const foreign = paths
    .flatMap((path) => PACKAGE.exec(path)?.[1] ?? [])
    .filter((name) => !(name in LICENCES));
  if (foreign.length > 0) throw new Error(`in the viewer is what has no licence here: ${foreign.join(', ')}`);
  await mkdir(join(dist, 'web/viewer'), { recursive: true });
  await writeFile(join(dist, 'web/viewer/viewer.js'), script);
  await copyFile(join(ROOT, 'collector/src/web/viewer/index.html'), join(dist, 'web/viewer/index.html'));
}

async function copyLicence(dist: string, name: string): Promise<Contained> {
  const from = join(ROOT, 'node_modules', name);
  const files = LICENCES[name];
  if (files === undefined) throw new Error(`${name} is bundled, and nobody said where its licence is`);
  const texts = await Promise.all(files.map((file) => readFile(join(from, file), 'utf8')));
  const { version, license } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  const file = `licenses/${name.replaceAll(/[^\w-]+/g, '-').replace(/^-/, '')}.txt`;
  await mkdir(join(dist, 'licenses'), { recursive: true });
  await writeFile(join(dist, file), texts.join('\n\n'));
  // Of the font's package only the font is taken.
  return { name, version, licence: name === FONT ? 'OFL-1.1' : license, file };
}
