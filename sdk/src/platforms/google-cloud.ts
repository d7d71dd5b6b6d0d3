/** Google Cloud Functions and Cloud Run with `@google-cloud/functions-framework`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, envVar, settle, settleCallback, watchLoad } from '../index.ts';
import type { AnyHandler, Platform, WrapOptions } from '../index.ts';
import { readCloudEvent } from '../events/cloud-events.ts';
import { memoryBytes } from '../sandbox/platform.ts';
import { cloudEventAttributes, cloudEventTrigger } from './cloud-event.ts';
import { readGoogleMetadata } from './google-metadata.ts';
import { googleParent } from './google-trace.ts';
import { httpRun } from './http-listener.ts';
import { header, shortText, incomingTraceHeaders } from './request-facts.ts';

const PLATFORM: Platform = {
  name: 'google-cloud',
  // The CPU is taken away after the response, unless it is always allocated.
  exportMode: 'sync',
  serves: true,
  // On Google's machines only.
  ask: (get, env) => (env['K_SERVICE'] ? readGoogleMetadata(get, env['GCE_METADATA_HOST']) : undefined),
  resource: (env) => ({
    [semconv.ATTR_CLOUD_PROVIDER]: 'gcp',
    [semconv.ATTR_CLOUD_PLATFORM]: env['FUNCTION_TARGET'] ? 'gcp_cloud_functions' : 'gcp_cloud_run',
    [semconv.ATTR_CLOUD_REGION]: env['FUNCTION_REGION'] || undefined,
    [semconv.ATTR_CLOUD_ACCOUNT_ID]: env['GOOGLE_CLOUD_PROJECT'] || env['GCP_PROJECT'] || undefined,
    ...(env['K_SERVICE'] && { [semconv.ATTR_FAAS_NAME]: env['K_SERVICE'] }),
    [semconv.ATTR_FAAS_VERSION]: env['K_REVISION'] || undefined,
    [semconv.ATTR_FAAS_MAX_MEMORY]: memoryBytes(env['FUNCTION_MEMORY_MB']),
  }),
};

watchLoad(PLATFORM, () => envVar('K_SERVICE'));

/** Source of the function's name if it is not given. */
function named(options: WrapOptions): WrapOptions & { fallbackName: string | undefined } {
  return { ...options, fallbackName: envVar('K_SERVICE') || envVar('FUNCTION_TARGET') };
}

/**
 * Wraps an HTTP function.
 *
 *     functions.http('hello', wrapHttpFunction((request, response) => response.send('hello')));
 *
 * The end of the response waits for the export, for 200 ms at most, because the CPU is taken away after it. If the CPU
 * is always allocated, `SANDSCOPE_EXPORT=batch` sends in the background.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapHttpFunction<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  const run = httpRun(handler, (request) => ({
    invocationId:
      shortText((request as { executionId?: unknown }).executionId) ??
      header(request.headers, 'function-execution-id'),
    headers: googleParent(request.headers),
  }));
  return attach(PLATFORM, handler, named(options), run);
}

/**
 * Wraps a CloudEvent function that returns a promise or, if it takes two arguments, uses a callback.
 *
 *     functions.cloudEvent('resize', wrapCloudEvent(async (event) => { … }));
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapCloudEvent<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  return attach(PLATFORM, handler, named(options), (attachment, self, args) => {
    const [event, callback] = args;
    const invocation = attachment.begin(() => ({
      trigger: cloudEventTrigger(event),
      event: readCloudEvent(event),
      headers: incomingTraceHeaders(event),
      attributes: cloudEventAttributes(event),
    }));
    if (invocation === undefined) return Reflect.apply(handler, self, args);
    if (typeof callback === 'function') return settleCallback(invocation, handler, self, args, 1);
    return settle(invocation, () => Reflect.apply(handler, self, args), { promises: true });
  });
}
