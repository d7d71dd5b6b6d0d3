/** OpenFaaS' Node templates: `module.exports = async (event, context) => …`, or with a callback. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, envVar, settle, watchLoad } from '../index.ts';
import type { AnyHandler, InvocationFacts, Platform, WrapOptions } from '../index.ts';
import { exchangeWith, watchExchanges } from './exchanges.ts';
import { answerRun } from './http-listener.ts';
import {
  header,
  requestAttributes,
  shortText,
  statusAttributes,
  statusOutcome,
  incomingTraceHeaders,
} from './request-facts.ts';

const PLATFORM: Platform = {
  name: 'openfaas',
  serves: true,
  // Pods are not frozen; the watchdog passes SIGTERM on.
  exportMode: 'batch',
  resource: ({ OPENFAAS_NAME: name, OPENFAAS_NAMESPACE: namespace, HOSTNAME }) => ({
    [semconv.ATTR_FAAS_NAME]: shortText(name),
    [semconv.ATTR_SERVICE_NAMESPACE]: shortText(namespace),
    [semconv.ATTR_FAAS_INSTANCE]: shortText(HOSTNAME),
  }),
};

watchLoad(PLATFORM, () => envVar('OPENFAAS_NAME'));

interface OpenFaasEvent {
  readonly headers?: unknown;
  readonly method?: unknown;
  readonly path?: unknown;
}

/**
 * Wraps a function of OpenFaaS' Node templates, however it answers: by its return value, with `context.succeed` and
 * `context.fail`, or with the callback.
 *
 *     module.exports = wrapOpenFaas(async (event, context) => context.status(200).succeed('hello'));
 *
 * A status of 500 or more is a failure, and so is an error that the function throws or rejects with, even if the
 * template answers it with 200.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapOpenFaas<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  // JavaScript's name for it is the same in many functions.
  const fallbackName = shortText(envVar('OPENFAAS_NAME')) || envVar('OTEL_SERVICE_NAME') || 'function';
  watchExchanges();
  return attach(PLATFORM, handler, { ...options, fallbackName }, (attachment, self, args) => {
    const [event, context] = args as [OpenFaasEvent | undefined, { statusCode?: unknown } | undefined];
    const call = (): unknown => Reflect.apply(handler, self, args);
    const exchange = exchangeWith(event?.headers);
    if (exchange !== undefined) return answerRun(attachment, () => openFaasFacts(event), exchange, call);
    const invocation = attachment.begin(() => openFaasFacts(event));
    if (invocation === undefined) return call();
    return settle(invocation, call, {
      judge: () => {
        invocation.add(statusAttributes(context?.statusCode));
        return statusOutcome(context?.statusCode);
      },
    });
  });
}

function openFaasFacts({ headers, method, path }: OpenFaasEvent = {}): InvocationFacts {
  return {
    invocationId: header(headers, 'x-call-id'),
    trigger: triggerOf(header(headers, 'x-topic')),
    headers: incomingTraceHeaders(headers),
    attributes: requestAttributes({ method, url: path, headers }),
  };
}

/** The event that a connector says it calls for. */
function triggerOf(topic: string | undefined): InvocationFacts['trigger'] {
  if (topic === undefined) return 'http';
  return topic === 'cron-function' ? 'timer' : 'pubsub';
}
