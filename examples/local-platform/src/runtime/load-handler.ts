import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Any function may be a handler. */
// The second is the response stream of a streaming handler, and the third its context.
// oxlint-disable-next-line typescript/no-explicit-any
export type Handler = (event: unknown, context: unknown, last?: any) => unknown;
export type Callback = (error?: unknown, result?: unknown) => void;

/** The handler cannot be loaded; `name` is the type that Lambda reports. */
export class HandlerError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * Loads `module.export` (exports may be nested: `index.api.get`) from a deployment package: `.js`, `.mjs` as an ES
 * module, `.cjs` as CommonJS, in this order.
 *
 * @throws {HandlerError} `Runtime.ImportModuleError`, `Runtime.HandlerNotFound`; or the module's own error
 */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  // A layer's handler has an absolute path.
  const base = basename(name);
  const dot = base.indexOf('.');
  const [module, path] = [join(dirname(name), base.slice(0, dot)), base.slice(dot + 1).split('.')];
  const file = ['.js', '.mjs', '.cjs']
    .map((ext) => resolve(taskRoot, module + ext))
    .find((one) => existsSync(one));
  if (dot < 1 || file === undefined)
    throw new HandlerError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const loaded: unknown = file.endsWith('.cjs')
    ? createRequire(file)(file)
    : await import(pathToFileURL(file).href);
  const handler = find(loaded, path) ?? find((loaded as { default?: unknown }).default, path);
  if (typeof handler === 'function') return handler as Handler;
  throw new HandlerError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
}

function find(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from);
}
