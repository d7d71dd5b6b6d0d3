import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import type { FunctionConfig } from './config.ts';
import { messageOf, PlatformError } from './errors.ts';

const SDK = '@sandscope/sdk';
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Bundles the runtime client into one plain file, so that a cold start does not include compiling TypeScript. */
export async function bundleBootstrap(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('runtime/bootstrap.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'silent',
  });
}

async function newestMillis(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const times = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mtimeMs));
  return Math.max(0, ...times);
}

let built: Promise<string> | undefined;

/**
 * The folder of the built SDK. It is rebuilt only if a source is newer: platforms that start at the same time must not
 * read it while another writes it.
 */
async function sdkPackage(): Promise<string> {
  const dist = join(ROOT, 'sdk', 'dist');
  const bundle = await stat(join(dist, 'package.json')).catch(() => undefined);
  const sources = await Promise.all(
    [join(ROOT, 'sdk', 'src'), join(ROOT, 'probes', 'src')].map(newestMillis),
  );
  if (bundle && bundle.mtimeMs > Math.max(...sources)) return dist;
  const { buildSdk } = await import('../../../.ci/build.ts');
  return buildSdk();
}

/** CommonJS packages load Node.js modules with `require`, which an ES module has to define itself. */
const WITH_REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** Leaves imports of packages external, but by absolute path: no package can be found from beside the bundle. */
function external(source: string, packages: readonly string[]): Plugin {
  const from = createRequire(source);
  return {
    name: 'external',
    setup(options) {
      options.onResolve({ filter: /^[^./]/ }, ({ path }) =>
        packages.includes(path) ? { path: from.resolve(path), external: true } : undefined,
      );
    },
  };
}

/**
 * Stages a function as a deployment package: `<taskRoot>/<module>.mjs` (`.cjs` for a `.cjs` source), bundled with its
 * imports from its own folder, and the SDK as an installed package beside it if it is imported.
 *
 * @param taskRoot absolute path of the package, the function's `LAMBDA_TASK_ROOT`; replaced if it exists
 * @param sdkFolder a built SDK; default: built from the sources of this repository
 * @throws {PlatformError} `ERR_DEPLOY`
 */
export async function deployFunction(
  { name, source, handler, external: packages }: FunctionConfig,
  taskRoot: string,
  sdkFolder?: string,
): Promise<void> {
  const commonJs = extname(source) === '.cjs';
  try {
    await stat(source);
    await rm(taskRoot, { recursive: true, force: true });
    await mkdir(taskRoot, { recursive: true });
    const { metafile } = await build({
      entryPoints: [source],
      outfile: join(taskRoot, `${handler.split('.', 1)[0]}.${commonJs ? 'cjs' : 'mjs'}`),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: commonJs ? 'cjs' : 'esm',
      external: [SDK],
      plugins: [external(source, packages)],
      ...(!commonJs && { banner: { js: WITH_REQUIRE } }),
      metafile: true,
      logLevel: 'silent',
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    if (imports.some(({ path }) => path === SDK)) {
      const from = sdkFolder ?? (await (built ??= sdkPackage()));
      await cp(from, join(taskRoot, 'node_modules', SDK), {
        recursive: true,
        filter: (path) => path === from || /(?:\.[cm]js|[/\\]package\.json)$/.test(path),
      });
    }
  } catch (error) {
    built = undefined;
    throw new PlatformError('ERR_DEPLOY', `function ${name} cannot be staged: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
