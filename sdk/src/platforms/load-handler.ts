import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyHandler } from '../invocation/handler.ts';

/**
 * Versions of Lambda's runtime client: 3 runs functions of Node.js 22 and earlier, 4 those of Node.js 24 and of managed
 * instances.
 */
export type RuntimeClient = 3 | 4;

/** Where to find a handler, parsed from its name. */
interface HandlerName {
  /** Folder of the module, as written. */
  readonly root: string;
  readonly module: string;
  /** Path of the export. */
  readonly path: readonly string[];
}

/** The client that runs this process, as far as it can be detected while the client loads a handler. */
export function runtimeClient(): RuntimeClient {
  // Client 3 sets this object anew, without a store, right before it loads the handler.
  const { awslambda } = globalThis as { awslambda?: { InvokeStore?: unknown } };
  if (awslambda !== undefined) return awslambda.InvokeStore === undefined ? 3 : 4;
  const major = Number.parseInt(process.versions.node, 10);
  return major >= 24 || process.env['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined ? 4 : 3;
}

/**
 * Loads a handler by its name exactly as Lambda's runtime client does, with the same errors: `folder/module.export`,
 * from a file of the deployment package, or else from an installed package. An error passes through the runtime's own
 * loader, which reports it as it would without us.
 *
 * @param client whose rules to follow: 3 requires CommonJS, 4 imports everything and also looks at `default`
 * @throws the module's own error; `MODULE_NOT_FOUND` as `require` throws it; or an error named
 *   `Runtime.MalformedHandlerName` or `Runtime.HandlerNotFound`
 */
export async function loadHandler(
  taskRoot: string,
  fullName: string,
  client: RuntimeClient = runtimeClient(),
): Promise<AnyHandler> {
  const name = parseName(fullName);
  const loaded = await (client === 3 ? loadModule3(taskRoot, name) : loadModule4(taskRoot, name));
  const handler = client === 3 ? find3(loaded, name.path) : find4(loaded, name.path);
  if (!handler) throw namedError('Runtime.HandlerNotFound', `${fullName} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw namedError('Runtime.HandlerNotFound', `${fullName} is not a function`);
  return handler as AnyHandler;
}

function parseName(full: string): HandlerName {
  if (full.includes('..')) {
    const advice = 'Use absolute paths when specifying root directories in handler names.';
    throw namedError('Runtime.MalformedHandlerName', `'${full}' is not a valid handler name. ${advice}`);
  }
  const base = basename(full);
  const [, module, path] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
  if (module === undefined || path === undefined)
    throw namedError('Runtime.MalformedHandlerName', 'Bad handler');
  return { root: full.slice(0, full.indexOf(base)), module, path: path.split('.') };
}

async function loadModule4(taskRoot: string, { root, module }: HandlerName): Promise<unknown> {
  const path = resolve(taskRoot, root, module);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(path + extension)) return import(path + extension);
  }
  return requireInstalled(module, [taskRoot, join(taskRoot, root)]);
}

async function loadModule3(taskRoot: string, { root, module }: HandlerName): Promise<unknown> {
  const path = resolve(taskRoot, root, module);
  const require = createRequire(runtimeFile());
  const required = (extension: string): unknown =>
    existsSync(path + extension) ? require(path + extension) : undefined;
  const imported = async (extension: string): Promise<unknown> =>
    existsSync(path + extension) ? import(path + extension) : undefined;
  const isEsm = existsSync(`${path}.js`) && isInEsmPackage(dirname(path));
  return (
    required('') ||
    (isEsm ? await imported('.js') : required('.js')) ||
    (await imported('.mjs')) ||
    required('.cjs') ||
    requireInstalled(module, [taskRoot, root])
  );
}

/** Whether the nearest `package.json` says `"type": "module"`. */
function isInEsmPackage(folder: string): boolean {
  if (folder.endsWith('/node_modules')) return false;
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    try {
      const content = JSON.parse(readFileSync(manifest, 'utf8')) as { type?: unknown } | null;
      if (content) return content.type === 'module';
    } catch (error) {
      const what = `${manifest} cannot be read, it will be ignored for ES module detection purposes.`;
      console.warn(what, error);
      return false;
    }
  }
  return folder !== '/' && isInEsmPackage(resolve(folder, '..'));
}

function requireInstalled(module: string, paths: string[]): unknown {
  const require = createRequire(runtimeFile());
  return require(require.resolve(module, { paths }));
}

/** The runtime's own file that loads handlers; a "not found" error names it as the place. */
function runtimeFile(): string {
  const main = realpathSync(process.argv[1] ?? '/');
  // The package's command is a second file.
  const library = join(dirname(main), '..', 'dist', 'index.mjs');
  const file = main.endsWith('/bin/index.mjs') && existsSync(library) ? library : main;
  return pathToFileURL(file).href;
}

function find3(from: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => value && (value as Record<string, unknown>)[key], from);
}

function find4(from: unknown, path: readonly string[]): unknown {
  const found = findOwn(from, path);
  if (found || typeof from !== 'object' || from === null || !('default' in from)) return found;
  return findOwn(from.default, path);
}

function findOwn(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined,
    from,
  );
}

/** An error with the name that the runtime gives it. */
function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
