import type { AnyHandler } from '../invocation/handler.ts';
import { settled, sharedInstance, unwatchInit, watchInit } from '../instance/instance.ts';
import { attach, watchLoad } from './attach.ts';
import type { WrapOptions } from './attach.ts';
import { AWS_LAMBDA, lambdaPlatform } from '../lambda/lambda-platform.ts';
import { lambdaRun } from './lambda-run.ts';
import { registry } from '../process/registry.ts';
import { envVar } from '../fence/environment.ts';
import { guarded } from '../fence/report.ts';

/**
 * Wraps a handler so that each of its invocations is recorded as a span, with the sandbox, the kernel and the host it
 * ran on. Returns a function that a runtime cannot distinguish from the handler: same `length`, `name`, `this`, own
 * properties and symbols, asynchronous if the handler is, throwing and rejecting as the handler does.
 *
 *     export const handler = wrap(async (event) => ({ sum: event.a + event.b }));
 *
 * Supports promises, plain results, callbacks, `context.succeed/fail/done` and response streaming. Settings come from
 * the environment (see `Config`). Wrapping a wrapped handler, or wrapping with recording switched off, returns the
 * argument.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrap<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  const fallbackName = envVar('AWS_LAMBDA_FUNCTION_NAME');
  return attach(lambdaPlatform(), handler, { ...options, fallbackName }, lambdaRun(handler, options));
}

/**
 * Resolves when it is decided how spans leave this sandbox. A module that may use top-level `await` can wait for it
 * after wrapping, to be sure that the Extensions API accepted us before the runtime asks for its first event.
 */
export async function ready(): Promise<void> {
  await guarded('setting up', () => sharedInstance('function', lambdaPlatform()))?.delivery.ready;
}

/**
 * Loads a handler and wraps it, for a module that replaces the function's own. If loading fails, or anything else fails
 * before the first invocation, that is recorded too, when the process ends. Resolves when it is decided how spans leave
 * this sandbox; rejects with `load`'s error.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when the loaded value is not a function
 */
export async function wrapLoaded<T extends AnyHandler>(load: () => Promise<T>): Promise<T> {
  const watch = watchInit(() => envVar('AWS_LAMBDA_FUNCTION_NAME') ?? 'function', lambdaPlatform());
  const handler = await load().catch((error: unknown) => {
    watch.thrown = error;
    throw error;
  });
  // The function itself calls `wrap`, maybe from its own copy of this package: that copy records.
  if (registry().wrapped.has(handler)) unwatchInit();
  const wrapped = wrap(handler);
  await settled();
  return wrapped;
}

watchLoad(AWS_LAMBDA, () => envVar('AWS_LAMBDA_FUNCTION_NAME'), false);
