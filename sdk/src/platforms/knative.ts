/** Knative Functions: `handle(context, body)`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, envVar, Failure, settle, watchLoad } from '../index.ts';
import type { AnyHandler, OpenInvocation, Outcome, Platform, WrapOptions } from '../index.ts';
import { certainFault } from '../invocation/json-fault.ts';
import { readCloudEvent } from '../events/cloud-events.ts';
import { cloudEventAttributes, cloudEventTrigger } from './cloud-event.ts';
import { requestAttributes, statusAttributes, statusOutcome, incomingTraceHeaders } from './request-facts.ts';

const PLATFORM: Platform = {
  name: 'knative',
  serves: true,
  // Pods are not frozen; scaling to zero begins with SIGTERM.
  exportMode: 'batch',
  resource: (env) => ({
    ...(env['K_SERVICE'] && { [semconv.ATTR_FAAS_NAME]: env['K_SERVICE'] }),
    [semconv.ATTR_FAAS_VERSION]: env['K_REVISION'] || undefined,
    [semconv.ATTR_FAAS_INSTANCE]: env['HOSTNAME'] || undefined,
  }),
};

watchLoad(PLATFORM, () => envVar('K_SERVICE'));

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
 * A status of 500 or more is a failure, and so is what the function throws or rejects with.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapKnative<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  const named = { ...options, fallbackName: envVar('K_SERVICE') };
  return attach(PLATFORM, handler, named, (attachment, self, args) => {
    const context = (args[0] ?? {}) as KnativeContext;
    const call = (): unknown => Reflect.apply(handler, self, args);
    const invocation = attachment.begin(() => {
      const { headers, method, cloudevent } = context;
      return {
        trigger: cloudevent ? cloudEventTrigger(cloudevent) : 'http',
        event: cloudevent ? readCloudEvent(cloudevent) : undefined,
        headers: incomingTraceHeaders(headers),
        attributes: cloudevent
          ? cloudEventAttributes(cloudevent)
          : // The runtime serves one path, and does not report it.
            requestAttributes({ method, headers }),
      };
    });
    if (invocation === undefined) return call();
    return settle(invocation, call, {
      judge: (result) => judge(invocation, answeredStatus(result)),
      judgeThrown: (thrown) => {
        judge(invocation, statusOfThrown(thrown));
        return { thrown };
      },
    });
  });
}

function judge(invocation: OpenInvocation, status: number): Outcome {
  const isStatus = status >= 100 && status <= 599;
  invocation.add(statusAttributes(isStatus ? status : 500));
  return isStatus
    ? statusOutcome(status)
    : { thrown: new Failure('500', 'the runtime cannot answer with what was returned') };
}

/** The status that the runtime derives from a result; it fails on an invalid status, or on a body without JSON. */
function answeredStatus(result: unknown): number {
  if (!result) return 204;
  if (certainFault(result, Infinity) === 'not JSON') return Number.NaN;
  const { statusCode } = result as { statusCode?: unknown };
  return statusCode ? Number(statusCode) : 200;
}

/** An error may carry the status in its `code`. */
function statusOfThrown(thrown: unknown): number {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return code ? Number(code) : 500;
}
