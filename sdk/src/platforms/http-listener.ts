import * as semconv from '@sandscope/probes/semconv';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyHandler } from '../invocation/handler.ts';
import { isThenable } from '../invocation/handler.ts';
import { fenced, guarded } from '../index.ts';
import type { Attributes } from '../otlp/span.ts';
import type { Outcome } from '../invocation/invocation.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import type { Attachment, OpenInvocation, Run } from '../wrap/attach.ts';
import { holdEnd } from './hold-end.ts';
import type { InvocationFacts } from '../invocation/invocation-facts.ts';
import { requestAttributes, statusAttributes, statusOutcome, incomingTraceHeaders } from './request-facts.ts';

/** A request and its response. */
export type Exchange = readonly [IncomingMessage, ServerResponse];

/** What an adapter reads from a request beyond the facts of every HTTP request. */
export type ReadMore = (request: IncomingMessage) => Partial<InvocationFacts>;

/** Requests that are being recorded: nested wrapped listeners make one invocation. */
const inFlight = new WeakSet<object>();

/**
 * Records calls of `(request, response, …)`: from the call to the end of the response, or to the end of its
 * connection. A thrown error and a status of 500 or more are failures.
 *
 * @param waitUntilOf finds the call's `waitUntil`, in the mode that exports through it
 */
export function httpRun(
  handler: AnyHandler,
  readMore: ReadMore = () => ({}),
  waitUntilOf: (args: readonly unknown[]) => WaitUntil | undefined = () => undefined,
): Run {
  return (attachment, self, args) => {
    const call = (): unknown => Reflect.apply(handler, self, args);
    const exchange = exchangeOf(args[0], args[1]);
    if (exchange === undefined || inFlight.has(exchange[0])) return call();
    const [request] = exchange;
    const waitUntil = attachment.waitsUntil ? waitUntilOf(args) : undefined;
    const invocation = attachment.begin(() => httpFacts(request, readMore(request)), { waitUntil });
    if (invocation === undefined) return call();
    return passing(invocation, call, watch(attachment, invocation, exchange), false);
  };
}

/** @param stops whether the invocation ends with the handler, not only with its response */
function passing(
  invocation: OpenInvocation,
  call: () => unknown,
  end: { failed(error: unknown): void },
  stops: boolean,
): unknown {
  const failed = (error: unknown): never => {
    if (stops) invocation.stopped();
    end.failed(error);
    throw error;
  };
  let result: unknown;
  invocation.started();
  try {
    result = call();
  } catch (error) {
    return failed(error);
  }
  if (!isThenable(result)) {
    if (stops) invocation.stopped();
    return result;
  }
  // Passed on unchanged, so that an uncaught rejection stays uncaught.
  return Promise.resolve(result).then((value: unknown) => {
    if (stops) invocation.stopped();
    return value;
  }, failed);
}

/**
 * Records calls whose result a runtime turns into the answer of an exchange. An invocation lasts until its handler is
 * done; the answer sent then decides the outcome.
 *
 * @param call calls the handler
 * @param byCallback whether only a callback answers; call `answering` before it does
 */
export function answerRun(
  attachment: Attachment,
  facts: () => InvocationFacts,
  exchange: Exchange,
  call: (answering: () => void) => unknown,
  byCallback = false,
): unknown {
  const answering = (): void => invocation?.stopped();
  const invocation = inFlight.has(exchange[0]) ? undefined : attachment.begin(facts);
  if (invocation === undefined) return call(answering);
  const end = watch(attachment, invocation, exchange);
  return passing(invocation, () => call(answering), end, !byCallback);
}

/** The facts of an HTTP request. */
export function httpFacts(request: IncomingMessage, more: Partial<InvocationFacts> = {}): InvocationFacts {
  const secure = 'encrypted' in request.socket;
  return {
    trigger: 'http',
    headers: incomingTraceHeaders(request.headers),
    ...more,
    attributes: { ...requestAttributes(request, secure), ...more.attributes },
  };
}

function watch(
  attachment: Attachment,
  invocation: OpenInvocation,
  [request, response]: Exchange,
): { failed(error: unknown): void } {
  inFlight.add(request);
  let failure: Outcome;
  const end = (answered = response.headersSent): Promise<void> | undefined => {
    inFlight.delete(request);
    return invocation.end(() => {
      guarded('reading the response', () => invocation.add(responseAttributes(request, response, answered)));
      return failure ?? (answered ? statusOutcome(response.statusCode) : undefined);
    });
  };
  if (attachment.holdsResponses)
    guarded('waiting for the response', () =>
      holdEnd(
        response,
        () => end(true),
        () => invocation.answered(),
      ),
    );
  // Runs after the end of a response, and after the end of a connection without one.
  const onEnd = fenced('the end of a response', () => void end());
  guarded('waiting for the response', () => {
    response.once('close', onEnd);
    response.once('finish', onEnd);
  });
  return {
    failed: (error) => {
      failure ??= { thrown: error };
    },
  };
}

function responseAttributes(
  request: IncomingMessage,
  response: ServerResponse,
  answered: boolean,
): Attributes {
  const { route, baseUrl } = request as { route?: { path?: unknown }; baseUrl?: unknown };
  const path = route?.path;
  return {
    ...(answered && statusAttributes(response.statusCode)),
    [semconv.ATTR_HTTP_ROUTE]:
      typeof path === 'string' ? `${typeof baseUrl === 'string' ? baseUrl : ''}${path}` : undefined,
  };
}

/** The two arguments as a `node:http` (or framework) request and response; undefined if they are something else. */
export function exchangeOf(request: unknown, response: unknown): Exchange | undefined {
  return guarded('reading the arguments', () => {
    const { headers, socket } = (request ?? {}) as Partial<IncomingMessage>;
    const { end, once } = (response ?? {}) as Partial<ServerResponse>;
    const isExchange =
      typeof headers === 'object' &&
      typeof socket === 'object' &&
      typeof end === 'function' &&
      typeof once === 'function';
    return isExchange ? [request as IncomingMessage, response as ServerResponse] : undefined;
  });
}
