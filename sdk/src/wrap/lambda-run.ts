/** AWS Lambda, and every other platform that calls `(event, context)`, with a callback or a response stream. */
import type { Writable } from 'node:stream';
import * as semconv from '@sandscope/probes/semconv';
import type { RawEvent } from '../events/raw-event.ts';
import { readEventFacts } from '../events/read-event.ts';
import { Failure } from '../invocation/failure.ts';
import type { AnyHandler } from '../invocation/handler.ts';
import { statusAttributes, statusOutcome } from '../invocation/http-status.ts';
import type { Outcome } from '../invocation/invocation.ts';
import {
  arnAccountId,
  durableExecutionArn,
  readLambdaContext,
  remainingMillis,
  resolvedArn,
} from '../lambda/lambda-context.ts';
import type { LambdaContext } from '../lambda/lambda-context.ts';
import { readPrelude, readShape, whenFlushed } from './lambda-arguments.ts';
import type { Shape } from './lambda-arguments.ts';
import { certainFault } from '../invocation/json-fault.ts';
import { registry } from '../process/registry.ts';
import { envVar } from '../fence/environment.ts';
import { guarded } from '../fence/report.ts';
import { settle, tapped, thrownUnlessNull } from '../invocation/settle.ts';
import type { Judge } from '../invocation/settle.ts';
import type { Attributes } from '../otlp/span.ts';
import { readTraceHeaders } from '../trace/trace-headers.ts';
import { findWaitUntil } from '../invocation/wait-until.ts';
import type { Attachment, OpenInvocation, Run, WrapOptions } from './attach.ts';
import type { InvocationFacts } from '../invocation/invocation-facts.ts';

// Lambda's size limit for an answer that is not streamed: 6 MiB and 100 bytes. A larger one becomes an error.
const MAX_RESPONSE_BYTES = 6_291_556;

/** Calls a handler as a Lambda runtime does, and records the call. */
export function lambdaRun(handler: AnyHandler, options: WrapOptions): Run {
  const { contexts } = registry();
  const requests = (registry().requests ??= new Set());
  return (attachment, self, args) => {
    const shape = guarded('reading the arguments', () => readShape(args)) ?? {};
    const { context, stream } = shape;
    const call = (given: unknown[]): unknown => Reflect.apply(handler, self, given);
    const known = readLambdaContext(context);
    const { awsRequestId: id } = known;
    if (context !== undefined && contexts.has(context) && contexts.get(context) === args[0])
      return call(args);
    if (id !== undefined && requests.has(id)) return call(args);
    const waitUntil = attachment.waitsUntil ? (options.waitUntil ?? findWaitUntil(args)) : undefined;
    const onEnd =
      context &&
      ((): void => {
        contexts.delete(context);
        if (id !== undefined) requests.delete(id);
      });
    let event: RawEvent | undefined;
    const facts = (): InvocationFacts => {
      event = readEventFacts(args[0]);
      return lambdaFacts(attachment, event, args[0], context, known);
    };
    const invocation = attachment.begin(facts, { waitUntil, onEnd });
    if (invocation === undefined) return call(args);
    if (context !== undefined) contexts.set(context, args[0]);
    if (id !== undefined) requests.add(id);
    if (!attachment.concurrent) invocation.watchDeadline(remainingMillis(context));
    const given = guarded('wrapping the callbacks', () => tapCallbacks(invocation, args, shape));
    const judge = guarded('reading the request', () => judgeOf(invocation, event, stream));
    return settle(invocation, () => call(given ?? args), {
      judge,
      goesOn: () =>
        given !== undefined &&
        guarded('reading the context', () => goesOn(invocation, handler, context)) === true,
      ...(stream && {
        waitsFor: (over) =>
          whenFlushed(stream, (failure) => {
            invocation.stopped();
            over(failure ?? guarded('reading the response', () => judge?.(undefined)));
          }),
      }),
    });
  };
}

function lambdaFacts(
  attachment: Attachment,
  event: RawEvent,
  given: unknown,
  context: object | undefined,
  { awsRequestId, invokedFunctionArn, tenantId }: LambdaContext,
): InvocationFacts {
  const executionArn = durableExecutionArn(given);
  return {
    invocationId: awsRequestId,
    event,
    // With concurrent invocations, the variable belongs to the latest one.
    traceHeaders: readTraceHeaders(
      given,
      attachment.concurrent ? undefined : envVar('_X_AMZN_TRACE_ID'),
      context,
    ),
    answersLate: !waitsForEmptyLoop(context),
    ...((tenantId !== undefined || executionArn !== undefined) && {
      attributes: {
        [semconv.ATTR_LAMBDA_TENANT_ID]: tenantId,
        [semconv.ATTR_LAMBDA_DURABLE_EXECUTION_ARN]: executionArn,
      },
    }),
    ...(invokedFunctionArn !== undefined && {
      later: () => arnAttributes(attachment, invokedFunctionArn),
    }),
  };
}

function arnAttributes(attachment: Attachment, invokedArn: string): Attributes {
  attachment.describe({ [semconv.ATTR_CLOUD_ACCOUNT_ID]: arnAccountId(invokedArn) });
  return {
    [semconv.ATTR_CLOUD_RESOURCE_ID]: resolvedArn(invokedArn, envVar('AWS_LAMBDA_FUNCTION_VERSION')),
    [semconv.ATTR_AWS_LAMBDA_INVOKED_ARN]: invokedArn,
  };
}

/**
 * The arguments for the handler: the callback, and the callbacks of the context, notify us before they continue.
 * Undefined if the handler answers only through a promise.
 */
function tapCallbacks(
  invocation: OpenInvocation,
  args: readonly unknown[],
  { context, callback, callbackIndex }: Shape,
): unknown[] | undefined {
  if (callback === undefined || callbackIndex === undefined) return undefined;
  if (context !== undefined) {
    tapMethod(context, 'done', (original) => tapped(invocation, original));
    tapMethod(context, 'fail', (original) => tapped(invocation, original, (error) => ({ thrown: error })));
    tapMethod(context, 'succeed', (original) => tapped(invocation, original, () => undefined));
  }
  const given = [...args];
  given[callbackIndex] = tapped(invocation, callback, thrownUnlessNull, (error) => {
    // A success may wait until the event loop is empty; the runtime then answers, and that is the end.
    const waits = (error === undefined || error === null) && emptiesLoop(context);
    if (waits) invocation.awaitsCallback = true;
    return !waits;
  });
  return given;
}

function tapMethod(owner: object, name: string, tap: (original: AnyHandler) => AnyHandler): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original === 'function') Reflect.set(owner, name, tap(original as AnyHandler));
}

/**
 * A handler that was given a callback has returned a plain value. The runtimes of Node.js 22 and earlier ignore it:
 * they wait for the callback, for `context.succeed` and similar, or for an empty event loop, however many parameters
 * the handler declares.
 */
function goesOn(invocation: OpenInvocation, handler: AnyHandler, context: object | undefined): boolean {
  invocation.awaitsCallback = handler.length > 2 || waitsForEmptyLoop(context);
  return invocation.awaitsCallback;
}

/** Whether that runtime waits for an empty event loop before it passes on the result of a callback. */
function emptiesLoop(context: object | undefined): boolean {
  const { callbackWaitsForEmptyEventLoop: waits = false } = (context ?? {}) as Record<string, unknown>;
  return Boolean(waits);
}

/** The runtime of Node.js 22 or earlier, which posts a result in the promise jobs that follow, not in an immediate. */
function waitsForEmptyLoop(context: object | undefined): boolean {
  return context !== undefined && 'callbackWaitsForEmptyEventLoop' in context;
}

/**
 * The status of an HTTP answer decides the outcome; an answer that is too large is a failure, unless it is streamed.
 */
function judgeOf(
  invocation: OpenInvocation,
  event: RawEvent | undefined,
  stream: Writable | undefined,
): Judge | undefined {
  const source = event?.source;
  const isHttp = source === 'http' || source === 'http.1';
  if (stream !== undefined) return isHttp ? () => judgeHttp(invocation, readPrelude(stream)) : undefined;
  if (!isHttp && !envVar('AWS_LAMBDA_FUNCTION_NAME')) return undefined;
  return (result) => {
    const outcome = isHttp ? judgeHttp(invocation, result) : undefined;
    return outcome ?? judgeJson(result);
  };
}

function judgeHttp(invocation: OpenInvocation, result: unknown): Outcome {
  const status = Number((result as { statusCode?: unknown } | null | undefined)?.statusCode ?? Number.NaN);
  invocation.add(statusAttributes(status));
  return statusOutcome(status);
}

function judgeJson(result: unknown): Outcome {
  switch (certainFault(result, MAX_RESPONSE_BYTES)) {
    case 'too large':
      return { thrown: new Failure('Function.ResponseSizeTooLarge', 'the answer is larger than 6 MiB') };
    case 'not JSON':
      return { thrown: new Failure('Runtime.JSONStringifyError', 'the answer cannot be written as JSON') };
    default:
      return undefined;
  }
}
