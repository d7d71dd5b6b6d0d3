/** Every failure of the collector has one stable code. Callers and clients branch on the code, never on the message. */
export const ERROR_CODES = {
  ERR_DATA_DIR: 'the data directory cannot be used',
  ERR_SEVERAL_DEPLOYMENTS: 'a function of this name runs in several regions or accounts',
  ERR_AMBIGUOUS_ID: 'several ids begin with the characters given',
  ERR_BACKUP: 'a backup cannot be written or read',
  ERR_PORT_IN_USE: 'the port is in use',
  ERR_OPTION: 'a command line option or environment variable cannot be used',
  ERR_ENGINE_START: 'the embedded engine did not start',
  ERR_ENGINE_UNAVAILABLE: 'the engine cannot be reached at the moment',
  ERR_QUERIER_UNAVAILABLE: 'the process that answers questions is not available at the moment',
  ERR_QUERIER_BUSY: 'too many questions are asked at the same time',
  ERR_STORE_SLOW: 'the store did not accept the spans in time',
  ERR_STORE_REJECTED: 'the engine refused a statement',
  ERR_QUERY_LIMIT: 'a query exceeded its limit of time, rows or memory',
  ERR_OTLP_DECODE: 'the body is not an OTLP trace request',
  ERR_OTLP_MEDIA_TYPE: 'the content type is not one that OTLP uses',
  ERR_OTLP_ENCODING: 'the content encoding is not supported, or the body does not match it',
  ERR_OTLP_TOO_LARGE: 'the body is larger than the limit',
  ERR_OTLP_SLOW: 'the body arrives too slowly',
  ERR_OTLP_METHOD: 'only POST is accepted here',
  ERR_OTLP_SIGNAL: 'only traces are accepted',
  ERR_INBOX_FULL: 'the inbox is full',
  ERR_INBOX_BODY: 'a body in the inbox cannot be read',
  ERR_INBOX_UNAVAILABLE: 'the inbox cannot write to disk',
  ERR_BAD_PARAMETER: 'a query parameter cannot be used',
  ERR_BAD_TIME_RANGE: 'from or to cannot be used',
  ERR_FUNCTION_NOT_FOUND: 'no such function is known',
  ERR_SANDBOX_NOT_FOUND: 'no such sandbox is known',
  ERR_HOST_NOT_FOUND: 'no such host is known',
  ERR_TRACE_NOT_FOUND: 'no such trace is stored',
  ERR_UNAUTHENTICATED: 'the request has no valid token',
  ERR_FORBIDDEN: 'this collector does not allow that over the network',
  ERR_HTTP: 'the request is not HTTP, its headers are too large, or it took too long',
  ERR_HOST_NOT_ALLOWED: 'the Host header of the request is not allowed',
  ERR_METHOD: 'the path does not support this method',
  ERR_NOT_FOUND: 'no such path',
  ERR_DELETION: 'nothing can be deleted here',
  ERR_IMPORT_FORMAT: 'a file does not have the format it is imported as',
  ERR_IMPORT_INPUT: 'a file cannot be read, or exceeds a limit',
  ERR_IMPORT_SEND: 'the collector does not accept the imported spans',
  ERR_RESULT: 'a file is not a readable result of an experiment',
  ERR_PNG_UNAVAILABLE: 'charts cannot be written as PNG here',
  ERR_DOCTOR: 'doctor found a problem',
  ERR_MCP_UNAVAILABLE: 'the SDK of the Model Context Protocol is not installed',
  ERR_SQL_SETTING: 'a client of `/sql` sends a setting',
  ERR_SQL_DATABASE: 'a client of `/sql` names another database',
  ERR_ORIGIN_NOT_ALLOWED: 'the request comes from a web page of another origin',
  ERR_COLLECTOR: 'the collector does not answer, or rejects the request',
  ERR_AWS: 'AWS refused the request, or cannot be reached',
  ERR_AWS_SDK: 'the AWS SDK is not installed',
  ERR_LAYER_NOT_FOUND: 'the layer does not exist: not built, or not published',
  ERR_LAMBDA_RUNTIME: 'the layer does not work on the function’s runtime',
  ERR_LAMBDA_WRAPPER: 'the function is started by another wrapper script',
  ERR_LAMBDA_LAYERS: 'the function already has the most layers possible',
  ERR_LAMBDA_VARIABLES: 'variables of the function conflict, or cannot be read',
  ERR_PROBE_TARGET: 'the target of an experiment cannot be reached',
  ERR_PROBE_INCOMPLETE: 'an experiment ended before its plan was complete',
  ERR_INTERNAL: 'an unexpected error',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface CollectorErrorOptions extends ErrorOptions {
  /** HTTP status for a client, default 500. */
  readonly statusCode?: number;
  /** Machine-readable facts, shown as `details` in an API answer. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which a client may retry; sent as `Retry-After`. */
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
