/** Azure Functions, Node programming model v4. */
import * as semconv from '@sandscope/probes/semconv';
import { envVar, Failure, fenced, openAttachment, settle } from '../index.ts';
import type { AnyHandler, InvocationFacts, OpenInvocation, Outcome, Platform } from '../index.ts';
import { certainFault } from '../invocation/json-fault.ts';
import { memoryBytes } from '../sandbox/platform.ts';
import { wasPlaceholder } from './azure-placeholder.ts';
import { azureSource, readAzureEvent } from './azure-trigger.ts';
import type { AzureTrigger } from './azure-trigger.ts';
import { lookBack } from './pool.ts';
import {
  requestAttributes,
  shortText,
  statusAttributes,
  statusOutcome,
  incomingTraceHeaders,
} from './request-facts.ts';
import { isWebRequest } from './web-handler.ts';

const PLATFORM: Platform = {
  name: 'azure-functions',
  // One worker process serves all functions of the app for a long time.
  exportMode: 'batch',
  pooled: () => wasPlaceholder(),
  follow: (init) => lookBack(init),
  resource: (env) => ({
    [semconv.ATTR_CLOUD_PROVIDER]: 'azure',
    [semconv.ATTR_CLOUD_PLATFORM]: 'azure.functions',
    [semconv.ATTR_CLOUD_REGION]: env['REGION_NAME'] || undefined,
    // `subscription+region-webspace`
    [semconv.ATTR_CLOUD_ACCOUNT_ID]: env['WEBSITE_OWNER_NAME']?.split('+', 1)[0] || undefined,
    [semconv.ATTR_AZURE_RESOURCE_GROUP_NAME]: env['WEBSITE_RESOURCE_GROUP'] || undefined,
    ...(env['WEBSITE_SITE_NAME'] && { [semconv.ATTR_SERVICE_NAME]: env['WEBSITE_SITE_NAME'] }),
    // Each span names its function.
    [semconv.ATTR_FAAS_NAME]: undefined,
    [semconv.ATTR_FAAS_INSTANCE]:
      env['WEBSITE_INSTANCE_ID'] || env['WEBSITE_POD_NAME'] || env['CONTAINER_NAME'] || undefined,
    [semconv.ATTR_FAAS_MAX_MEMORY]: memoryBytes(env['WEBSITE_MEMORY_LIMIT_MB']),
  }),
};

/** The parts of `@azure/functions` that are used. */
export interface AzureApp {
  readonly hook: {
    preInvocation(handler: (context: PreInvocation) => void): unknown;
    appStart(handler: () => void): unknown;
    appTerminate(handler: () => Promise<void>): unknown;
  };
}

// Apps that are instrumented already; a second time would record everything twice.
const instrumented = new WeakSet<object>();

interface PreInvocation {
  readonly inputs: unknown[];
  readonly invocationContext: AzureContext;
  functionHandler: AnyHandler;
}

interface AzureContext {
  readonly invocationId?: unknown;
  readonly functionName?: unknown;
  readonly traceContext?: { readonly traceParent?: unknown; readonly traceState?: unknown };
  readonly options?: { readonly trigger?: AzureTrigger };
  readonly triggerMetadata?: unknown;
}

/**
 * Records all functions of an app through its hooks; call it once, where the app is set up.
 *
 *     import { app } from '@azure/functions';
 *     import { instrument } from '@sandscope/sdk/azure-functions';
 *     instrument(app);
 *
 * Spans leave in the background (`batch`), and when the app is terminated. An HTTP status of 500 or more is a failure.
 */
export function instrument(app: AzureApp): void {
  const { hook } = app;
  if (instrumented.has(hook)) return;
  const attachment = openAttachment(PLATFORM, envVar('WEBSITE_SITE_NAME') || 'function');
  if (attachment === undefined) return;
  instrumented.add(hook);
  hook.preInvocation((context) => {
    const { functionHandler, inputs, invocationContext } = context;
    context.functionHandler = function recorded(this: unknown, ...args: unknown[]): unknown {
      const call = (): unknown => Reflect.apply(functionHandler, this, args);
      const invocation = attachment.begin(() => azureFacts(inputs[0], invocationContext));
      if (invocation === undefined) return call();
      if (!isWebRequest(inputs[0])) return settle(invocation, call);
      return settle(invocation, call, {
        judge: (result) => judgeAnswer(invocation, result),
        judgeThrown: (error) => judgeThrown(invocation, error),
      });
    };
  });
  // Registered after the hooks of the app's own module, so that the time they take is part of the initialisation.
  queueMicrotask(fenced('following the initialisation', () => hook.appStart(() => attachment.init.ready())));
  hook.appTerminate(() => attachment.goodbye('app_terminate'));
}

/** The library's response for an answer. If there is none, the answer fails and the host answers 500. */
function judgeAnswer(invocation: OpenInvocation, answer: unknown): Outcome {
  if (answer === undefined || answer === null) return undefined;
  const status = answerStatus(answer);
  invocation.add(statusAttributes(status ?? 500));
  return status === undefined
    ? { thrown: new Failure('500', 'the answer cannot be made into a response') }
    : statusOutcome(status);
}

/** Undefined if no response can be made from the answer. */
function answerStatus(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { status = 200, jsonBody } = answer as { status?: unknown; jsonBody?: unknown };
  const whole = Math.trunc(Number(status));
  const isAnswer = whole >= 200 && whole <= 599 && certainFault(jsonBody, Infinity) !== 'not JSON';
  return isAnswer ? whole : undefined;
}

/** The worker treats any thrown value as an error, and the host answers 500, unless the value is null or undefined. */
function judgeThrown(invocation: OpenInvocation, thrown: unknown): Outcome {
  if (thrown !== undefined && thrown !== null) invocation.add(statusAttributes(500));
  return { thrown };
}

function azureFacts(input: unknown, context: AzureContext): InvocationFacts {
  const { traceContext, options } = context;
  const name = shortText(context.functionName);
  const site = envVar('WEBSITE_SITE_NAME');
  return {
    name,
    invocationId: shortText(context.invocationId),
    trigger: azureSource(options?.trigger?.type)[0],
    // The answer leaves with the next flush of the connection to the host.
    answersLate: true,
    event: readAzureEvent(options?.trigger, context.triggerMetadata),
    headers: traceContext?.traceParent
      ? {
          traceparent: shortText(traceContext.traceParent),
          tracestate: shortText(traceContext.traceState),
        }
      : isWebRequest(input) && incomingTraceHeaders(input.headers),
    attributes: {
      [semconv.ATTR_FAAS_NAME]: site && name ? `${site}/${name}` : name,
      [semconv.ATTR_CLOUD_RESOURCE_ID]: resourceId(name),
      ...(isWebRequest(input) && requestAttributes(input)),
    },
  };
}

/** The id of a function in Azure's resource manager, if the environment contains all of its parts. */
function resourceId(name: string | undefined): string | undefined {
  const { WEBSITE_OWNER_NAME: owner, WEBSITE_RESOURCE_GROUP: group, WEBSITE_SITE_NAME: site } = process.env;
  const subscription = owner?.split('+', 1)[0];
  if (!subscription || !group || !site || !name) return undefined;
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${site}/functions/${name}`;
}
