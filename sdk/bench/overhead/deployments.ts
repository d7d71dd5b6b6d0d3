import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { PEERS_FOLDER } from './peers.ts';
import type { Variant } from './variants.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A variant as a function is deployed: a folder with the handler and its dependencies. */
export interface Deployment {
  readonly variant: Variant;
  /** `LAMBDA_TASK_ROOT`. */
  readonly folder: string;
  /** Arguments of Node that preload the instrumentation. */
  readonly nodeArgs: readonly string[];
}

/** Everything that the children run, in a temp folder of its own. */
export class Deployments implements AsyncDisposable {
  /** The bundled runtime client. */
  readonly runtimePath: string;
  readonly #root: string;
  readonly #sdkFolder: string;
  #temporaryFolders = 0;

  private constructor(root: string, sdkFolder: string, runtimePath: string) {
    this.#root = root;
    this.#sdkFolder = sdkFolder;
    this.runtimePath = runtimePath;
  }

  /**
   * Bundles the runtime client.
   *
   * @param sdkFolder the built SDK
   */
  static async create(sdkFolder: string): Promise<Deployments> {
    const root = await mkdtemp(join(tmpdir(), 'sandscope-overhead-'));
    const runtimePath = join(root, 'runtime.mjs');
    await build({
      entryPoints: [join(HERE, 'runtime.ts')],
      outfile: runtimePath,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
    });
    return new Deployments(root, sdkFolder, runtimePath);
  }

  async deploy(variant: Variant): Promise<Deployment> {
    const folder = join(this.#root, variant.id);
    const modules = join(folder, 'node_modules');
    await mkdir(folder);
    await copyFile(join(HERE, 'handlers', variant.handler), join(folder, `index${extname(variant.handler)}`));
    if (variant.peer) await symlink(join(PEERS_FOLDER, 'node_modules'), modules);
    else if (variant.packages.includes('@sandscope/sdk')) {
      const target = join(modules, '@sandscope', 'sdk');
      await mkdir(target, { recursive: true });
      const files = (await readdir(this.#sdkFolder)).filter((file) => /\.(mjs|cjs|json)$/.test(file));
      await Promise.all(files.map((file) => copyFile(join(this.#sdkFolder, file), join(target, file))));
    }
    return { variant, folder, nodeArgs: await preload(variant, folder) };
  }

  /** A new, empty temp directory for one child. */
  async makeTemporaryFolder(): Promise<string> {
    this.#temporaryFolders += 1;
    const folder = join(this.#root, `tmp-${this.#temporaryFolders}`);
    await mkdir(folder);
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}

async function preload({ preload: wanted }: Variant, folder: string): Promise<string[]> {
  if (wanted === undefined) return [];
  for (const file of wanted.bundle) {
    await build({
      ...PRELOAD_BUNDLE,
      entryPoints: [join(PEERS_FOLDER, file)],
      outfile: join(folder, file),
      minify: true,
    });
  }
  const target = join(folder, wanted.file);
  if (!wanted.bundle.includes(wanted.file)) await copyFile(join(PEERS_FOLDER, wanted.file), target);
  return wanted.file.endsWith('.mjs') ? ['--import', pathToFileURL(target).href] : ['--require', target];
}

/** Build options of the layer's preload; the module that hooks `import` stays a separate file, as in the layer. */
const PRELOAD_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  external: ['import-in-the-middle'],
} satisfies BuildOptions;
