/** Vercel Functions: web handlers and `(request, response)`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach } from '../index.ts';
import type { AnyHandler, InvocationFacts, Platform, WrapOptions } from '../index.ts';
import { findWaitUntil } from '../invocation/wait-until.ts';
import { httpRun } from './http-listener.ts';
import { header } from './request-facts.ts';
import type { RequestLike } from './request-facts.ts';
import { isWebRequest, webInvocation } from './web-handler.ts';
import { wrapFetch } from './wrap-fetch.ts';

const PLATFORM: Platform = {
  name: 'vercel',
  exportMode: 'waitUntil',
  resource: (env) => ({
    // Each span has it.
    [semconv.ATTR_FAAS_NAME]: undefined,
    [semconv.ATTR_CLOUD_REGION]: env['VERCEL_REGION'] || undefined,
    [semconv.ATTR_FAAS_VERSION]: env['VERCEL_DEPLOYMENT_ID'] || undefined,
    [semconv.ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: env['VERCEL_ENV'] || undefined,
  }),
};

/**
 * Wraps a Vercel function: `GET`, `POST`, …, an object with `fetch`, or `(request, response)`.
 *
 *     export const GET = wrapVercel((request) => new Response('hello'), { name: 'hello' });
 *     export default wrapVercel({ fetch: (request) => new Response('hello') }, { name: 'hello' });
 *
 * Spans leave after the response, in the platform's `waitUntil`; without it, the response waits for the export, for
 * 200 ms at most.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is neither a function nor an object with `fetch`
 */
export function wrapVercel<T extends AnyHandler | { fetch: AnyHandler }>(
  handler: T,
  options: WrapOptions = {},
): T {
  const more = ({ headers }: RequestLike): Partial<InvocationFacts> => {
    // One process may run several functions: the matched path tells its launcher which.
    const name = options.name ?? header(headers, 'x-matched-path');
    return {
      name,
      invocationId: header(headers, 'x-vercel-id'),
      attributes: { [semconv.ATTR_FAAS_NAME]: name },
    };
  };
  return wrapFetch(handler, (one) => {
    const listen = httpRun(one, more, (args) => options.waitUntil ?? findWaitUntil(args));
    return attach(PLATFORM, one, options, (attachment, self, args) => {
      const [request] = args;
      if (!isWebRequest(request)) return listen(attachment, self, args);
      const waitUntil = options.waitUntil ?? findWaitUntil(args);
      return webInvocation(attachment, one, self, args, () => more(request), waitUntil);
    });
  });
}
