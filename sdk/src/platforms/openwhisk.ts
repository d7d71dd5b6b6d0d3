/** Apache OpenWhisk and platforms built on it: actions `main(params)`. */
import * as semconv from '@sandscope/probes/semconv';
import { statSync } from 'node:fs';
import { attach, envVar, Failure, settle } from '../index.ts';
import type {
  AnyHandler,
  InvocationFacts,
  OpenInvocation,
  Outcome,
  Platform,
  WrapOptions,
} from '../index.ts';
import { certainFault } from '../invocation/json-fault.ts';
import { handOver } from './hand-over.ts';
import { followLoad, watchPoolLoad } from './pool.ts';
import type { LoadRequest } from './pool.ts';
import {
  requestAttributes,
  shortText,
  statusAttributes,
  statusOutcome,
  incomingTraceHeaders,
} from './request-facts.ts';

// The name in the options of `wrapAction`.
let chosenName: string | undefined;

const PLATFORM: Platform = {
  name: 'openwhisk',
  // The container is paused soon after the answer.
  exportMode: 'sync',
  // A container of the pool is up before `/init` tells it which action it runs.
  pooled: true,
  follow: followLoad(() => PLATFORM, {
    asks: (url) => url === '/init',
    // An archive is unpacked, and its packages are installed, in a folder of its own.
    sinceUnixMs: () => statSync('.').birthtimeMs,
    functionName: (request) => initName(request) ?? 'function',
    describe: (attachment, request) => {
      const name = initName(request);
      const serviceName = chosenName ?? name;
      if (serviceName !== undefined)
        attachment.describe({ [semconv.ATTR_SERVICE_NAME]: serviceName, [semconv.ATTR_FAAS_NAME]: name });
    },
  }),
  resource: ({ __OW_ACTION_VERSION: version, __OW_NAMESPACE: namespace, HOSTNAME }) => ({
    // Known from the first activation on: `/init` may not include it.
    [semconv.ATTR_FAAS_NAME]: undefined,
    [semconv.ATTR_FAAS_VERSION]: known(version),
    [semconv.ATTR_SERVICE_NAMESPACE]: known(namespace),
    [semconv.ATTR_FAAS_INSTANCE]: shortText(HOSTNAME),
  }),
};

watchPoolLoad(PLATFORM, () => actionName(envVar('__OW_ACTION_NAME')));

/**
 * Wraps an action.
 *
 *     function main(params) {
 *       return { greeting: `hello ${params.name}` };
 *     }
 *     exports.main = wrapAction(main);
 *
 * The answer waits for the export, for 200 ms at most, because the container is paused after it. A result with `error`
 * is a failure, as OpenWhisk defines it, and so is a web action's status of 500 or more. The API key in the environment
 * is never read.
 *
 * The runtime first looks for a single file's action by its name in the scope of that file, and would find the original
 * function rather than the returned one. So the original is made to yield the wrapped one there.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapAction<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  const fallbackName = actionName(envVar('__OW_ACTION_NAME'));
  chosenName ??= options.name;
  let withdraw: (() => void) | undefined;
  const action = attach(PLATFORM, handler, { ...options, fallbackName }, (attachment, self, args) => {
    withdraw?.();
    // As soon as this activation awaits something, the environment belongs to the next one.
    const name = actionName(envVar('__OW_ACTION_NAME'));
    const invocation = attachment.begin(() => activationFacts(args[0], options.name ?? name));
    const call = (): unknown => Reflect.apply(handler, self, args);
    if (invocation === undefined) return call();
    if (name !== undefined)
      attachment.describe({
        [semconv.ATTR_SERVICE_NAME]: options.name ?? name,
        [semconv.ATTR_FAAS_NAME]: name,
      });
    return settle(invocation, call, {
      judge: (result) => judge(result, isWebAction(args[0]) ? invocation : undefined),
      promises: true,
    });
  });
  withdraw = handOver(handler, action);
  return action;
}

function isWebAction(params: unknown): boolean {
  const { __ow_method: method } = (params ?? {}) as Record<string, unknown>;
  return typeof method === 'string';
}

function activationFacts(params: unknown, name: string | undefined): InvocationFacts {
  const { __OW_ACTIVATION_ID: activationId, __OW_TRANSACTION_ID: transactionId } = process.env;
  const {
    __ow_method: method,
    __ow_path: path,
    __ow_headers: headers,
  } = (params ?? {}) as Record<string, unknown>;
  const isWeb = isWebAction(params);
  return {
    name,
    invocationId: known(activationId),
    trigger: isWeb ? 'http' : 'other',
    headers: isWeb ? incomingTraceHeaders(headers) : undefined,
    attributes: {
      [semconv.ATTR_OPENWHISK_TRANSACTION_ID]: known(transactionId),
      ...(isWeb && requestAttributes({ method, url: shortText(path) ?? '/', headers }, true)),
    },
  };
}

/** The action that `/init` is to load. */
function initName({ body }: LoadRequest): string | undefined {
  const { value } = (body ?? {}) as { value?: { name?: unknown } };
  return actionName(envVar('__OW_ACTION_NAME')) ?? shortText(value?.name);
}

/** `/guest/tools/resize` → `resize`. */
function actionName(path: string | undefined): string | undefined {
  return known(path)?.split('/').at(-1) || undefined;
}

/** The runtime may set a variable to this word if the platform did not supply it. */
function known(value: string | undefined): string | undefined {
  return value === 'undefined' ? undefined : shortText(value);
}

/**
 * The runtime treats a missing result as an empty answer, rejects one that is not an object with 502, and fails with
 * 500 if it has no JSON. The platform treats a result with `error` as a failure; for a web action it answers with the
 * status in it.
 *
 * @param web the invocation if it is one of a web action
 */
function judge(result: unknown, web: OpenInvocation | undefined): Outcome {
  if (result === undefined || result === null) return undefined;
  if (typeof result !== 'object')
    return { thrown: new Failure('developer_error', 'the action did not return an object') };
  if (certainFault(result, Infinity) === 'not JSON')
    return { thrown: new Failure('500', 'the answer cannot be written as JSON') };
  const { error } = result as { error?: unknown };
  const status = web && httpStatus(error === undefined ? result : error);
  web?.add(statusAttributes(status));
  if (!error) return statusOutcome(status);
  const message: unknown = (error as { message?: unknown }).message ?? error;
  return { thrown: new Failure('application_error', typeof message === 'string' ? message : '') };
}

/** Undefined if the answer has none: the status then depends on the extension in the URL. */
function httpStatus(answer: unknown): number | undefined {
  const status: unknown = (answer as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'string' ? Number(status || Number.NaN) : (status as number | undefined);
}
