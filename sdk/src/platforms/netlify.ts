/** Netlify Functions: `export default async (request, context)`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, guarded } from '../index.ts';
import type { AnyHandler, InvocationFacts, Platform, WrapOptions } from '../index.ts';
import { findWaitUntil } from '../invocation/wait-until.ts';
import { shortText } from './request-facts.ts';
import { webInvocation } from './web-handler.ts';
import { wrapFetch } from './wrap-fetch.ts';

const PLATFORM: Platform = {
  name: 'netlify',
  exportMode: 'waitUntil',
  resource: (env) => ({
    ...(env['SITE_NAME'] && { [semconv.ATTR_SERVICE_NAMESPACE]: env['SITE_NAME'] }),
  }),
};

interface NetlifyContext {
  readonly requestId?: unknown;
  readonly deploy?: { readonly id?: unknown };
}

/**
 * Wraps a Netlify function. Wrap an old-style function, `handler(event, context)`, with `wrap` instead.
 *
 *     export default wrapNetlify(async (request, context) => new Response('hello'), { name: 'hello' });
 *
 * Spans leave after the response, in `context.waitUntil`; without it, the response waits for the export, for 200 ms at
 * most.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is neither a function nor an object with `fetch`
 */
export function wrapNetlify<T extends AnyHandler | { fetch: AnyHandler }>(
  handler: T,
  options: WrapOptions = {},
): T {
  return wrapFetch(handler, (one) =>
    attach(PLATFORM, one, options, (attachment, self, args) => {
      const context = (args[1] ?? {}) as NetlifyContext;
      const more = (): Partial<InvocationFacts> => ({ invocationId: shortText(context.requestId) });
      // On the sandbox, in place of the underlying Lambda's version, which is not the site's.
      const version = guarded('reading the deploy', () => shortText(context.deploy?.id));
      if (version !== undefined) attachment.describe({ [semconv.ATTR_FAAS_VERSION]: version });
      return webInvocation(attachment, one, self, args, more, options.waitUntil ?? findWaitUntil(args));
    }),
  );
}
