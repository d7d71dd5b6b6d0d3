import type { IncomingHttpHeaders } from 'node:http';
import type { Callback } from './load-handler.ts';

/** A handler's information about its invocation, as on Lambda. */
export interface Context {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  getRemainingTimeInMillis(): number;
}

/** The same for a runtime with callbacks. */
export interface CallbackContext extends Context {
  /** Whether the answer waits until the event loop is empty. Default true. */
  callbackWaitsForEmptyEventLoop: boolean;
  done(error?: unknown, result?: unknown): void;
  fail(error: unknown): void;
  succeed(result?: unknown): void;
}

const parse = (text: string | string[] | undefined): unknown =>
  typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined;

/** Builds the context from the headers of `/invocation/next` and the environment. */
export function createContext(headers: IncomingHttpHeaders): Context {
  const { env } = process;
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'] ?? '',
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '',
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'] ?? '',
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '',
    clientContext: parse(headers['lambda-runtime-client-context']),
    identity: parse(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

/** The same with the methods that answer, in addition to a callback. */
export function createCallbackContext(headers: IncomingHttpHeaders, callback: Callback): CallbackContext {
  return {
    ...createContext(headers),
    callbackWaitsForEmptyEventLoop: true,
    done: (error, result) => callback(error, result),
    fail: (error) => callback(error ?? 'handled'),
    succeed: (result) => callback(null, result),
  };
}
