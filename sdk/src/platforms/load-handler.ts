import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyHandler } from '../handler.ts';

/** What is wrong with a handler's name, under the names that Lambda's own runtime gives it. */
class HandlerError extends Error {
  constructor(name: string, message: string, code?: string) {
    super(message);
    this.name = name;
    if (code !== undefined) Object.assign(this, { code });
  }
}

/**
 * Loads a handler by its name as Lambda's Node runtime does: `folder/module.export`, with exports that may be nested,
 * from a file as it is named or with `.js`, `.mjs` or `.cjs`, else from an installed package. What the module itself
 * throws is passed on.
 *
 * @throws an error named `Runtime.MalformedHandlerName`, `Runtime.ImportModuleError` or `Runtime.HandlerNotFound`
 */
export async function loadHandler(taskRoot: string, name: string): Promise<AnyHandler> {
  const base = basename(name);
  const dot = base.indexOf('.');
  if (dot < 1 || name.includes('..'))
    throw new HandlerError('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name`);
  const folder = resolve(taskRoot, dirname(name));
  const loaded = await loadModule(taskRoot, folder, base.slice(0, dot));
  const path = base.slice(dot + 1).split('.');
  const handler = find(loaded, path) ?? find((loaded as { default?: unknown } | null)?.default, path);
  if (typeof handler === 'function') return handler as AnyHandler;
  const what = handler === undefined ? 'undefined or not exported' : 'not a function';
  throw new HandlerError('Runtime.HandlerNotFound', `${name} is ${what}`);
}

async function loadModule(taskRoot: string, folder: string, module: string): Promise<unknown> {
  const path = join(folder, module);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(path + extension)) return import(pathToFileURL(path + extension).href);
  }
  const require = createRequire(join(taskRoot, 'index.js'));
  let installed: string;
  try {
    installed = require.resolve(module, { paths: [taskRoot, folder] });
  } catch {
    // With this code the runtime gives the error its own type.
    throw new HandlerError('Runtime.ImportModuleError', `Cannot find module '${module}'`, 'MODULE_NOT_FOUND');
  }
  return require(installed);
}

function find(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    from,
  );
}
