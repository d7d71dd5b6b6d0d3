/** Plain Node HTTP, Express, Fastify and everything else that serves requests with `(request, response)`. */
import { attach, openAttachment } from '../index.ts';
import type { AnyHandler, Platform, WrapOptions } from '../index.ts';
import { httpRun } from './http-listener.ts';

const PLATFORM: Platform = { name: 'http', exportMode: 'batch', serves: true };

/**
 * Wraps a request listener: each request is an invocation, from the call to the end of its response. A status of 500 or
 * more is a failure, and so is an error that the listener throws or rejects with.
 *
 *     createServer(wrapHttp((request, response) => response.end('hello'), { name: 'hello' })).listen(8080);
 *     createServer(wrapHttp(express())).listen(8080);
 *     fastify({ serverFactory: (listener) => createServer(wrapHttp(listener)) });
 *
 * Spans leave in the background (`batch`), and with SIGTERM.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `listener` is not a function
 */
export function wrapHttp<T extends AnyHandler>(listener: T, options: WrapOptions = {}): T {
  return attach(PLATFORM, listener, options, httpRun(listener));
}

/**
 * The same as middleware, for Express and Connect: put it first.
 *
 *     app.use(sandscope({ name: 'shop' }));
 */
export function sandscope(
  options: WrapOptions = {},
): (request: object, response: object, next: () => void) => void {
  const attachment = openAttachment(PLATFORM, options.name ?? 'http');
  const pass = (_request: unknown, _response: unknown, next: () => void): void => next();
  if (attachment === undefined) return pass;
  const run = httpRun(pass as AnyHandler);
  return (...args) => void run(attachment, undefined, args);
}
