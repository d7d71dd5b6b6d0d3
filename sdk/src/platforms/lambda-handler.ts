/**
 * A Lambda handler that replaces another one: loads the handler that `SANDSCOPE_HANDLER` names and wraps it, so that a
 * function is recorded without changing its code. ES module only: the runtime waits for it.
 */
import { wrapLoaded } from '../index.ts';
import type { AnyHandler } from '../index.ts';
import { loadHandler } from './load-handler.ts';

async function load(): Promise<AnyHandler> {
  const { SANDSCOPE_HANDLER: name, LAMBDA_TASK_ROOT: taskRoot = process.cwd() } = process.env;
  if (!name)
    throw Object.assign(
      new Error('SANDSCOPE_HANDLER is not set: it names the handler, such as index.handler'),
      {
        name: 'Runtime.HandlerNotFound',
      },
    );
  // The value that the function's own code expects there.
  process.env['_HANDLER'] = name;
  return loadHandler(taskRoot, name);
}

/** The handler that `SANDSCOPE_HANDLER` names, wrapped. */
export const handler: AnyHandler = await wrapLoaded(load);
