import type { AnyHandler, Attachment, InvocationFacts } from '../index.ts';
import { settle } from '../index.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import { requestAttributes, statusAttributes, statusOutcome, incomingTraceHeaders } from './request-facts.ts';
import type { RequestLike } from './request-facts.ts';

/** Whether the first argument is a web `Request`, of this realm or another. */
export function isWebRequest(value: unknown): value is RequestLike & { readonly headers: Headers } {
  if (typeof value !== 'object' || value === null) return false;
  const { headers, url } = value as RequestLike;
  return typeof url === 'string' && typeof (headers as { get?: unknown } | undefined)?.get === 'function';
}

/**
 * Records a call of `(request, …) => Response`, from the call until there is a `Response`; does not wait for a body
 * that is streamed afterwards. A status of 500 or more is a failure.
 */
export function webInvocation(
  attachment: Attachment,
  handler: AnyHandler,
  self: unknown,
  args: readonly unknown[],
  more: () => Partial<InvocationFacts>,
  waitUntil: WaitUntil | undefined,
): unknown {
  const request = args[0];
  const call = (): unknown => Reflect.apply(handler, self, args);
  if (!isWebRequest(request)) return call();
  const invocation = attachment.begin(
    () => {
      const given = more();
      return {
        trigger: 'http',
        headers: incomingTraceHeaders(request.headers),
        ...given,
        attributes: { ...requestAttributes(request), ...given.attributes },
      };
    },
    { waitUntil },
  );
  if (invocation === undefined) return call();
  return settle(invocation, call, {
    promises: true,
    judge: (response) => {
      const status = (response as { status?: unknown } | null | undefined)?.status;
      invocation.add(statusAttributes(status));
      return statusOutcome(status);
    },
    // The platform then answers for the function.
    judgeThrown: (thrown) => {
      invocation.add(statusAttributes(500));
      return { thrown };
    },
  });
}
