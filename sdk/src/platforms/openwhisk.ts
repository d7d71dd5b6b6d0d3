/** Apache OpenWhisk and what is built on it: actions `main(params)`. */
import * as semconv from '@sandscope/probes/semconv';
import { attach, Failure, settle } from '../index.ts';
import type { AnyHandler, InvocationFacts, Outcome, Platform, WrapOptions } from '../index.ts';
import { requestAttributes, shortText, statusOutcome, traceHeaders } from './request-facts.ts';

const PLATFORM: Platform = {
  name: 'openwhisk',
  // The container is paused soon after the answer.
  exportMode: 'sync',
  // A container of the pool is up before it is told, by `/init`, which action it runs.
  pooled: true,
  resource: ({ __OW_ACTION_NAME: action, __OW_ACTION_VERSION: version, __OW_NAMESPACE: namespace }) => ({
    ...(actionName(action) && { [semconv.ATTR_FAAS_NAME]: actionName(action) }),
    [semconv.ATTR_FAAS_VERSION]: known(version),
    [semconv.ATTR_SERVICE_NAMESPACE]: known(namespace),
    [semconv.ATTR_FAAS_INSTANCE]: shortText(process.env['HOSTNAME']),
  }),
};

/**
 * Wraps an action.
 *
 *     exports.main = wrapAction((params) => ({ greeting: `hello ${params.name}` }));
 *
 * The answer waits for the export, for 200 ms at most, because the container is paused after it. A result with `error`
 * is a failure, as OpenWhisk has it, and so is a web action's status of 500 or more. The API key in the environment is
 * never read.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrapAction<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  return attach(
    PLATFORM,
    handler,
    { ...options, fallbackName: actionName(process.env['__OW_ACTION_NAME']) },
    (attachment, self, args) => {
      // The environment is the next activation's as soon as this one waits for something.
      const invocation = attachment.begin(() => activationFacts(args[0], options.name));
      const call = (): unknown => Reflect.apply(handler, self, args);
      return invocation ? settle(invocation, call, { judge, promises: true }) : call();
    },
  );
}

function activationFacts(params: unknown, name: string | undefined): InvocationFacts {
  const {
    __OW_ACTIVATION_ID: activationId,
    __OW_ACTION_NAME: action,
    __OW_TRANSACTION_ID: transactionId,
  } = process.env;
  const {
    __ow_method: method,
    __ow_path: path,
    __ow_headers: headers,
  } = (params ?? {}) as Record<string, unknown>;
  const isWeb = typeof method === 'string';
  return {
    name: name ?? actionName(action),
    invocationId: known(activationId),
    trigger: isWeb ? 'http' : 'other',
    headers: isWeb ? traceHeaders(headers) : undefined,
    attributes: {
      [semconv.ATTR_OPENWHISK_TRANSACTION_ID]: known(transactionId),
      ...(isWeb && requestAttributes({ method, url: shortText(path) ?? '/', headers }, true)),
    },
  };
}

/** `/guest/tools/resize` → `resize`. */
function actionName(path: string | undefined): string | undefined {
  return known(path)?.split('/').at(-1) || undefined;
}

/** Where the platform did not tell a variable the runtime may have set it to this word. */
function known(value: string | undefined): string | undefined {
  return value === 'undefined' ? undefined : shortText(value);
}

function judge(result: unknown): Outcome {
  if (typeof result !== 'object' || result === null) {
    return { thrown: new Failure('developer_error', 'the action did not return an object') };
  }
  const { error, statusCode } = result as { error?: unknown; statusCode?: unknown };
  if (!error) return statusOutcome(statusCode);
  const message: unknown = (error as { message?: unknown }).message ?? error;
  return { thrown: new Failure('application_error', typeof message === 'string' ? message : '') };
}
