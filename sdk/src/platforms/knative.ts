/** Knative Functions: `handle(context, body)`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, settle } from '../index.ts';
import type { AnyHandler, Platform, WrapOptions } from '../index.ts';
import { cloudEventAttributes, cloudEventTrigger } from './cloud-event.ts';
import { requestAttributes, statusAttributes, statusOutcome, traceHeaders } from './request-facts.ts';

const PLATFORM: Platform = {
  name: 'knative',
  // Pods are not frozen; scaling to zero begins with SIGTERM.
  exportMode: 'batch',
  resource: (env) => ({
    ...(env['K_SERVICE'] && { [semconv.ATTR_FAAS_NAME]: env['K_SERVICE'] }),
    [semconv.ATTR_FAAS_VERSION]: env['K_REVISION'] || undefined,
    [semconv.ATTR_FAAS_INSTANCE]: env['HOSTNAME'] || undefined,
  }),
};

interface KnativeContext {
  readonly headers?: unknown;
  readonly method?: unknown;
  readonly cloudevent?: unknown;
}

/**
 * Wraps a function of Knative's Node runtime, for HTTP requests and for CloudEvents.
 *
 *     module.exports = { handle: wrapKnative(async (context, body) => ({ statusCode: 200, body })) };
 *
 * A `statusCode` of 500 or more is a failure.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapKnative<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  const named = { ...options, fallbackName: process.env['K_SERVICE'] };
  return attach(PLATFORM, handler, named, (attachment, self, args) => {
    const context = (args[0] ?? {}) as KnativeContext;
    const call = (): unknown => Reflect.apply(handler, self, args);
    const invocation = attachment.begin(() => {
      const { headers, method, cloudevent } = context;
      return {
        trigger: cloudevent ? cloudEventTrigger(cloudevent) : 'http',
        headers: traceHeaders(headers),
        attributes: cloudevent
          ? cloudEventAttributes(cloudevent)
          : // The runtime serves one path, and does not tell it.
            requestAttributes({ method, headers }),
      };
    });
    if (invocation === undefined) return call();
    return settle(invocation, call, {
      judge: (result) => {
        const status = (result as { statusCode?: unknown } | null | undefined)?.statusCode;
        invocation.add(statusAttributes(status));
        return statusOutcome(status);
      },
    });
  });
}
