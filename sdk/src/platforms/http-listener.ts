import * as semconv from '@sandscope/probes/semconv';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyHandler } from '../handler.ts';
import { isThenable } from '../handler.ts';
import { guarded } from '../report.ts';
import type { Attributes } from '../span.ts';
import type { Attachment, OpenInvocation, Outcome, Run } from './attach.ts';
import { holdEnd } from './hold-end.ts';
import type { InvocationFacts } from './platform.ts';
import { requestAttributes, statusAttributes, statusOutcome, traceHeaders } from './request-facts.ts';

/** What an adapter reads from a request beside what every HTTP request has. */
export type ReadMore = (request: IncomingMessage) => Partial<InvocationFacts>;

/** Requests that are being recorded: a wrapped listener inside a wrapped listener is one invocation. */
const inFlight = new WeakSet<object>();

/**
 * Records calls of `(request, response, …)`: from the call to the end of the response, or to the end of its
 * connection. A thrown error and a status of 500 or more are failures.
 *
 * @param afterResponse called when a response has gone
 */
export function httpRun(
  handler: AnyHandler,
  readMore: ReadMore = () => ({}),
  afterResponse?: (attachment: Attachment) => void,
): Run {
  return (attachment, self, args) => {
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const call = (): unknown => Reflect.apply(handler, self, args);
    if (!isExchange(request, response) || inFlight.has(request)) return call();
    const invocation = attachment.begin(() => httpFacts(request, readMore(request)));
    if (invocation === undefined) return call();
    const end = watch(attachment, invocation, request, response, afterResponse);
    let result: unknown;
    try {
      result = call();
    } catch (error) {
      end.failed(error);
      throw error;
    }
    if (!isThenable(result)) return result;
    // Passed on as it is, so that what nobody catches stays something that nobody caught.
    return Promise.resolve(result).then(undefined, (error: unknown) => {
      end.failed(error);
      throw error;
    });
  };
}

/** The facts of an HTTP request. */
export function httpFacts(request: IncomingMessage, more: Partial<InvocationFacts> = {}): InvocationFacts {
  const secure = 'encrypted' in request.socket;
  return {
    trigger: 'http',
    headers: traceHeaders(request.headers),
    ...more,
    attributes: { ...requestAttributes(request, secure), ...more.attributes },
  };
}

function watch(
  attachment: Attachment,
  invocation: OpenInvocation,
  request: IncomingMessage,
  response: ServerResponse,
  afterResponse: ((attachment: Attachment) => void) | undefined,
): { failed(error: unknown): void } {
  inFlight.add(request);
  let failure: Outcome;
  const end = (answered = response.headersSent): Promise<void> | undefined => {
    inFlight.delete(request);
    guarded('reading the response', () => invocation.add(responseAttributes(request, response, answered)));
    return invocation.end(failure ?? (answered ? statusOutcome(response.statusCode) : undefined));
  };
  if (attachment.holdsResponses)
    guarded('waiting for the response', () => holdEnd(response, () => end(true)));
  // After the end of a response, and after the end of a connection that never saw one.
  response.once('close', () => {
    void end();
    if (afterResponse) guarded('after a response', () => afterResponse(attachment));
  });
  response.once('finish', () => void end());
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

function isExchange(request: unknown, response: unknown): boolean {
  return (
    guarded('looking at the arguments', () => {
      const { headers, socket } = (request ?? {}) as Partial<IncomingMessage>;
      const { end, once } = (response ?? {}) as Partial<ServerResponse>;
      return (
        typeof headers === 'object' &&
        typeof socket === 'object' &&
        typeof end === 'function' &&
        typeof once === 'function'
      );
    }) === true
  );
}
