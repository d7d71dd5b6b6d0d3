/** Azure Functions, Node programming model v4. */
import * as semconv from '@sandscope/probes/semconv';
import { openAttachment, settle } from '../index.ts';
import type { AnyHandler, InvocationFacts, Outcome, Platform } from '../index.ts';
import type { Trigger } from '../trigger.ts';
import {
  requestAttributes,
  shortText,
  statusAttributes,
  statusOutcome,
  traceHeaders,
} from './request-facts.ts';
import { isWebRequest } from './web-handler.ts';

const PLATFORM: Platform = {
  name: 'azure-functions',
  // One worker process serves all functions of the app for long.
  exportMode: 'batch',
  resource: (env) => {
    const megabytes = Number(env['WEBSITE_MEMORY_LIMIT_MB'] ?? Number.NaN);
    return {
      [semconv.ATTR_CLOUD_PROVIDER]: 'azure',
      [semconv.ATTR_CLOUD_PLATFORM]: 'azure.functions',
      [semconv.ATTR_CLOUD_REGION]: env['REGION_NAME'] || undefined,
      // `subscription+region-webspace`
      [semconv.ATTR_CLOUD_ACCOUNT_ID]: env['WEBSITE_OWNER_NAME']?.split('+', 1)[0] || undefined,
      [semconv.ATTR_AZURE_RESOURCE_GROUP_NAME]: env['WEBSITE_RESOURCE_GROUP'] || undefined,
      ...(env['WEBSITE_SITE_NAME'] && { [semconv.ATTR_SERVICE_NAME]: env['WEBSITE_SITE_NAME'] }),
      // Which function it is, is told by each span.
      [semconv.ATTR_FAAS_NAME]: undefined,
      [semconv.ATTR_FAAS_INSTANCE]:
        env['WEBSITE_INSTANCE_ID'] || env['WEBSITE_POD_NAME'] || env['CONTAINER_NAME'] || undefined,
      [semconv.ATTR_FAAS_MAX_MEMORY]:
        Number.isInteger(megabytes) && megabytes > 0 ? megabytes * 1_048_576 : undefined,
    };
  },
};

/** As much of `@azure/functions` as is used. */
export interface AzureApp {
  readonly hook: {
    preInvocation(handler: (context: PreInvocation) => void): unknown;
    appTerminate(handler: () => Promise<void>): unknown;
  };
}

interface PreInvocation {
  readonly inputs: unknown[];
  readonly invocationContext: AzureContext;
  functionHandler: AnyHandler;
}

interface AzureContext {
  readonly invocationId?: unknown;
  readonly functionName?: unknown;
  readonly traceContext?: { readonly traceParent?: unknown; readonly traceState?: unknown };
  readonly options?: { readonly trigger?: { readonly type?: unknown } };
}

const TRIGGERS: Record<string, Trigger> = {
  httptrigger: 'http',
  timertrigger: 'timer',
  queuetrigger: 'pubsub',
  servicebustrigger: 'pubsub',
  eventhubtrigger: 'pubsub',
  eventgridtrigger: 'pubsub',
  kafkatrigger: 'pubsub',
  blobtrigger: 'datasource',
  cosmosdbtrigger: 'datasource',
  sqltrigger: 'datasource',
  mysqltrigger: 'datasource',
};

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
  const attachment = openAttachment(PLATFORM, process.env['WEBSITE_SITE_NAME'] || 'function');
  if (attachment === undefined) return;
  app.hook.preInvocation((context) => {
    const { functionHandler, inputs, invocationContext } = context;
    context.functionHandler = function recorded(this: unknown, ...args: unknown[]): unknown {
      const call = (): unknown => Reflect.apply(functionHandler, this, args);
      const invocation = attachment.begin(() => azureFacts(inputs[0], invocationContext));
      if (invocation === undefined) return call();
      return settle(invocation, call, {
        judge: (result): Outcome => {
          if (!isWebRequest(inputs[0])) return undefined;
          const { status = 200 } = (result ?? {}) as { status?: unknown };
          invocation.add(statusAttributes(status));
          return statusOutcome(status);
        },
      });
    };
  });
  app.hook.appTerminate(() => attachment.goodbye('app_terminate'));
}

function azureFacts(input: unknown, context: AzureContext): InvocationFacts {
  const { traceContext, options } = context;
  const name = shortText(context.functionName);
  const site = process.env['WEBSITE_SITE_NAME'];
  return {
    name,
    invocationId: shortText(context.invocationId),
    trigger: TRIGGERS[String(options?.trigger?.type).toLowerCase()] ?? 'other',
    headers: traceContext?.traceParent
      ? {
          traceparent: shortText(traceContext.traceParent),
          tracestate: shortText(traceContext.traceState),
        }
      : isWebRequest(input) && traceHeaders(input.headers),
    attributes: {
      [semconv.ATTR_FAAS_NAME]: site && name ? `${site}/${name}` : name,
      [semconv.ATTR_CLOUD_RESOURCE_ID]: resourceId(name),
      ...(isWebRequest(input) && requestAttributes(input)),
    },
  };
}

/** The id of a function in Azure's resource manager, where the environment tells all of its parts. */
function resourceId(name: string | undefined): string | undefined {
  const { WEBSITE_OWNER_NAME: owner, WEBSITE_RESOURCE_GROUP: group, WEBSITE_SITE_NAME: site } = process.env;
  const subscription = owner?.split('+', 1)[0];
  if (!subscription || !group || !site || !name) return undefined;
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${site}/functions/${name}`;
}
