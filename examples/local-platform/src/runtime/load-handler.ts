import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Any function may be a handler. */
export type Handler = (event: unknown, context: unknown, callback?: Callback) => unknown;
export type Callback = (error?: unknown, result?: unknown) => void;

/** The handler cannot be had; `name` is the type Lambda reports. */
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
 * @throws {HandlerError} `Runtime.ImportModuleError`, `Runtime.HandlerNotFound`; or what the module itself threw
 */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const dot = name.indexOf('.');
  const [module, path] = [name.slice(0, dot), name.slice(dot + 1).split('.')];
  const file = ['.js', '.mjs', '.cjs']
    .map((ext) => join(taskRoot, module + ext))
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
