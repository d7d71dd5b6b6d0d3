/** Fission: `module.exports = async (context) => …`, or with a callback. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, settle } from '../index.ts';
import type { AnyHandler, InvocationFacts, Outcome, Platform, WrapOptions } from '../index.ts';
import { header, requestAttributes, statusAttributes, statusOutcome, traceHeaders } from './request-facts.ts';
import type { RequestLike } from './request-facts.ts';
import { settleCallback } from './settle-callback.ts';

const PLATFORM: Platform = {
  name: 'fission',
  // Pods are not frozen.
  exportMode: 'batch',
  // A pod runs the generic environment until it is specialised by loading a function.
  pooled: true,
  resource: ({ HOSTNAME }) => ({ [semconv.ATTR_FAAS_INSTANCE]: HOSTNAME || undefined }),
};

/**
 * Wraps a function of Fission's Node environment: `(context)` with a promise, or `(context, callback)`, which Fission
 * tells apart by the number of parameters.
 *
 *     module.exports = wrapFission(async ({ request }) => ({ status: 200, body: 'hello' }));
 *
 * A status of 500 or more is a failure. WebSocket functions are called as they are, and not recorded.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapFission<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  return attach(PLATFORM, handler, options, (attachment, self, args) => {
    const [context, callback] = args as [{ request?: RequestLike } | undefined, unknown];
    const call = (): unknown => Reflect.apply(handler, self, args);
    // A function without parameters is called without the context.
    const request = args.length === 0 ? {} : context?.request;
    if (typeof request !== 'object' || request === null) return call();
    const invocation = attachment.begin(() => fissionFacts(request, options.name));
    if (invocation === undefined) return call();
    const version = header(request.headers, 'x-fission-function-resourceversion');
    const namespace = header(request.headers, 'x-fission-function-namespace');
    attachment.describe({
      ...(version && { [semconv.ATTR_FAAS_VERSION]: version }),
      ...(namespace && { [semconv.ATTR_SERVICE_NAMESPACE]: namespace }),
    });
    const judge = (status: unknown): Outcome => {
      invocation.add(statusAttributes(status));
      return statusOutcome(status);
    };
    if (typeof callback === 'function') return settleCallback(invocation, handler, self, args, 1, judge);
    return settle(invocation, call, {
      judge: (result) => judge((result as { status?: unknown } | null | undefined)?.status),
    });
  });
}

function fissionFacts(request: RequestLike, name: string | undefined): InvocationFacts {
  const { headers } = request;
  return {
    name: name ?? header(headers, 'x-fission-function-name'),
    invocationId: header(headers, 'x-request-id'),
    trigger: header(headers, 'x-fission-timer-name')
      ? 'timer'
      : header(headers, 'x-fission-mqtrigger-topic')
        ? 'pubsub'
        : 'http',
    headers: traceHeaders(headers),
    attributes: request.headers === undefined ? undefined : requestAttributes(request),
  };
}
