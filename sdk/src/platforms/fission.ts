/** Fission: `module.exports = async (context) => …`, or with a callback. */
import * as semconv from '@sandscope/probes/semconv';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { attach, envVar, fenced, guarded, settle } from '../index.ts';
import type { AnyHandler, Attachment, InvocationFacts, Platform, WrapOptions } from '../index.ts';
import { answerRun, exchangeOf } from './http-listener.ts';
import { followLoad, watchPoolLoad } from './pool.ts';
import type { LoadRequest } from './pool.ts';
import {
  header,
  requestAttributes,
  shortText,
  statusAttributes,
  statusOutcome,
  incomingTraceHeaders,
} from './request-facts.ts';
import type { RequestLike } from './request-facts.ts';

const STARTED = 'http.server.request.start';

// The name in the options of `wrapFission`.
let chosenName: string | undefined;

const PLATFORM: Platform = {
  name: 'fission',
  // Pods are not frozen.
  exportMode: 'batch',
  // A pod runs the generic environment until it is specialised by loading a function.
  pooled: true,
  follow: followLoad(() => PLATFORM, {
    asks: (url) => /^\/(?:v2\/)?specialize(?:[/?]|$)/.test(url),
    functionName: (request) => envVar('OTEL_SERVICE_NAME') || readMetadata(request)?.name || 'function',
    describe: (attachment, request) => describe(attachment, chosenName, readMetadata(request)),
  }),
  resource: ({ HOSTNAME }) => ({
    // Only the router knows it and sends it with each request.
    [semconv.ATTR_FAAS_NAME]: undefined,
    [semconv.ATTR_FAAS_INSTANCE]: HOSTNAME || undefined,
  }),
};

watchPoolLoad(PLATFORM, () => envVar('OTEL_SERVICE_NAME'));

/** The function that a pod was specialised for, as the router reports it with each request. */
interface Routed {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly version: string | undefined;
  readonly uid: string | undefined;
}

/**
 * Wraps a function of Fission's Node environment: `(context)` with a promise, or `(context, callback)`. Fission
 * distinguishes them by the number of parameters.
 *
 *     module.exports = wrapFission(async ({ request }) => ({ status: 200, body: 'hello' }));
 *
 * The function gets the name that the router knows it by. A status of 500 or more is a failure. WebSocket functions are
 * called unchanged, and not recorded.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapFission<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  // JavaScript's name for it is the same in many functions.
  const fallbackName = envVar('OTEL_SERVICE_NAME') || 'function';
  let routed: Routed | undefined;
  chosenName ??= options.name;
  if (typeof handler === 'function' && handler.length === 0)
    guarded('looking for the router', () => watchRoute((found) => (routed = found)));
  return attach(PLATFORM, handler, { ...options, fallbackName }, (attachment, self, args) => {
    const [context] = args as [{ request?: RequestLike; response?: unknown } | undefined];
    const { request, response } = context ?? {};
    routed = guarded('reading the route', () => readRoute(request)) ?? routed;
    const facts = (): InvocationFacts => fissionFacts(request, options.name ?? routed?.name);
    const call = (given: readonly unknown[] = args): unknown => Reflect.apply(handler, self, given);
    const exchange = exchangeOf(request, response);
    if (exchange !== undefined) {
      describe(attachment, options.name, routed);
      const callback = args[1];
      if (typeof callback !== 'function') return answerRun(attachment, facts, exchange, () => call());
      const withCallback = (answering: () => void): unknown => {
        const given = [...args];
        given[1] = answerer(callback as AnyHandler, answering);
        return call(given);
      };
      return answerRun(attachment, facts, exchange, withCallback, true);
    }
    // A function without parameters is called without the context.
    if (args.length > 0) return call();
    describe(attachment, options.name, routed);
    const invocation = attachment.begin(facts);
    if (invocation === undefined) return call();
    return settle(invocation, call, {
      judge: (result) => {
        const status = answeredStatus(result);
        invocation.add(statusAttributes(status));
        return statusOutcome(status);
      },
    });
  });
}

/** The environment's callback answers only if it is given a status. */
function answerer(callback: AnyHandler, answering: () => void): AnyHandler {
  return function answer(this: unknown, ...results: unknown[]): unknown {
    if (results[0]) answering();
    return Reflect.apply(callback, this, results);
  };
}

/** The status that the environment derives from a result; undefined if it does not answer. */
function answeredStatus(result: unknown): unknown {
  // It destructures the result, and answers 500 if there is none.
  if (result === undefined || result === null) return 500;
  const { status } = result as { status?: unknown };
  if (!status) return undefined;
  return Number.isInteger(status) ? status : 500;
}

function describe(attachment: Attachment, ownName: string | undefined, routed: Routed | undefined): void {
  if (routed === undefined) return;
  const { name, namespace, version, uid } = routed;
  attachment.describe({
    [semconv.ATTR_SERVICE_NAME]: ownName ?? name,
    [semconv.ATTR_FAAS_NAME]: name,
    ...(namespace && { [semconv.ATTR_SERVICE_NAMESPACE]: namespace }),
    ...(version && { [semconv.ATTR_FAAS_VERSION]: version }),
    ...(uid && { [semconv.ATTR_FISSION_FUNCTION_UID]: uid }),
  });
}

function readRoute(request: RequestLike | undefined): Routed | undefined {
  const headers = request?.headers;
  const name = header(headers, 'x-fission-function-name');
  if (name === undefined) return undefined;
  return {
    name,
    namespace: header(headers, 'x-fission-function-namespace'),
    version: header(headers, 'x-fission-function-resourceversion'),
    uid: header(headers, 'x-fission-function-uid'),
  };
}

/** The function to load, from the request that asks for it. */
function readMetadata({ body }: LoadRequest): Routed | undefined {
  const { FunctionMetadata: metadata } = (body ?? {}) as { FunctionMetadata?: Record<string, unknown> };
  const { name, namespace, resourceVersion, uid } = metadata ?? {};
  const known = shortText(name);
  if (known === undefined) return undefined;
  return {
    name: known,
    namespace: shortText(namespace),
    version: shortText(resourceVersion),
    uid: shortText(uid),
  };
}

/** A function without parameters never sees a request: the router's first request has the name of the function. */
function watchRoute(learn: (routed: Routed) => void): void {
  const started = fenced('looking for the router', (message: unknown): void => {
    const routed = readRoute((message as { request?: RequestLike }).request);
    if (routed === undefined) return;
    unsubscribe(STARTED, started);
    learn(routed);
  });
  subscribe(STARTED, started);
}

function fissionFacts(request: RequestLike | undefined, name: string | undefined): InvocationFacts {
  const headers = request?.headers;
  return {
    name,
    invocationId: header(headers, 'x-fission-request-id') ?? header(headers, 'x-request-id'),
    trigger: header(headers, 'x-fission-timer-name')
      ? 'timer'
      : header(headers, 'x-fission-mqtrigger-topic')
        ? 'pubsub'
        : 'http',
    headers: incomingTraceHeaders(headers),
    attributes: request && requestAttributes(request),
  };
}
