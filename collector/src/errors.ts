/**
 * Every failure of the collector has one stable code. Callers and clients branch on the code, never on the message.
 */
export const ERROR_CODES = {
  ERR_DATA_DIR: 'the data directory cannot be used',
  ERR_SEVERAL_DEPLOYMENTS: 'a function of that name runs in several regions or accounts',
  ERR_AMBIGUOUS_ID: 'several ids begin with what was given',
  ERR_BACKUP: 'a backup cannot be written or read',
  ERR_PORT_IN_USE: 'the port is taken',
  ERR_OPTION: 'a command line option or environment variable cannot be used',
  ERR_ENGINE_START: 'the embedded engine did not start',
  ERR_ENGINE_UNAVAILABLE: 'the engine cannot be reached for the moment',
  ERR_QUERIER_UNAVAILABLE: 'the process that answers questions is not there for the moment',
  ERR_QUERIER_BUSY: 'too many questions are asked at the same time',
  ERR_STORE_SLOW: 'the store did not take the spans in time',
  ERR_STORE_REJECTED: 'the engine refused a statement',
  ERR_QUERY_LIMIT: 'a query hit its bound of time, rows or memory',
  ERR_OTLP_DECODE: 'the body is not an OTLP trace request',
  ERR_OTLP_MEDIA_TYPE: 'the content type is not one of OTLP',
  ERR_OTLP_ENCODING: 'the content encoding is not supported or the body is not so encoded',
  ERR_OTLP_TOO_LARGE: 'the body is larger than the limit',
  ERR_OTLP_SLOW: 'the body comes too slowly',
  ERR_OTLP_METHOD: 'only POST is served here',
  ERR_OTLP_SIGNAL: 'only traces are received',
  ERR_INBOX_FULL: 'the inbox is at its limit',
  ERR_INBOX_BODY: 'a body in the inbox cannot be read',
  ERR_INBOX_UNAVAILABLE: 'the inbox cannot write to disk',
  ERR_BAD_PARAMETER: 'a query parameter cannot be used',
  ERR_BAD_TIME_RANGE: 'from or to cannot be used',
  ERR_FUNCTION_NOT_FOUND: 'no such function was seen',
  ERR_SANDBOX_NOT_FOUND: 'no such sandbox was seen',
  ERR_HOST_NOT_FOUND: 'no such host was seen',
  ERR_TRACE_NOT_FOUND: 'no such trace is stored',
  ERR_UNAUTHENTICATED: 'the request carries no valid token',
  ERR_FORBIDDEN: 'this collector lets nobody do that over the network',
  ERR_HOST_NOT_ALLOWED: 'the Host of the request is not one this collector answers to',
  ERR_METHOD: 'the path is there, but not for this method',
  ERR_NOT_FOUND: 'no such path',
  ERR_DELETION: 'nothing can be deleted here',
  ERR_IMPORT_FORMAT: 'a file is not of the format it is imported as',
  ERR_IMPORT_INPUT: 'a file cannot be read, or goes beyond a bound',
  ERR_IMPORT_SEND: 'the collector does not take what is imported',
  ERR_RESULT: 'a file is not the result of an experiment that can be read',
  ERR_PNG_UNAVAILABLE: 'pictures cannot be drawn as PNG here',
  ERR_COLLECTOR: 'the collector that is asked does not answer, or refuses',
  ERR_AWS: 'AWS refuses what was asked of it, or cannot be reached',
  ERR_AWS_SDK: 'the AWS SDK is not installed',
  ERR_LAYER_NOT_FOUND: 'the layer is not there: not built, or not published',
  ERR_LAMBDA_RUNTIME: 'the function has no runtime that the layer works on',
  ERR_LAMBDA_WRAPPER: 'the function is started by another wrapper script',
  ERR_LAMBDA_LAYERS: 'the function has as many layers as it can have',
  ERR_LAMBDA_VARIABLES: 'variables of the function stand in the way, or cannot be read',
  ERR_PROBE_TARGET: 'what an experiment is to measure cannot be reached',
  ERR_PROBE_INCOMPLETE: 'an experiment ended before its plan was done',
  ERR_INTERNAL: 'an error nobody foresaw',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface CollectorErrorOptions extends ErrorOptions {
  /** HTTP status for a client, default 500. */
  readonly statusCode?: number;
  /** Facts for a program, shown as `details` in an API answer. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which a client may try again; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** The one error class of this package. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: CollectorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.statusCode = options.statusCode ?? 500;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
