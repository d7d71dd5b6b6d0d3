import type { ErrorCode } from './errors.ts';

type Remedies = Partial<Readonly<Record<ErrorCode, string>>>;

/**
 * The remedy for each error, grouped by where it appears: the third column of `docs/errors.md`. Each code is in exactly
 * one group.
 */
export const ERROR_REMEDIES: Readonly<Record<string, Remedies>> = {
  'Starting a collector, and commands': {
    ERR_OPTION:
      'The message names the option or variable and its value. Correct it; `sandscope COMMAND --help` has the choices.',
    ERR_PORT_IN_USE:
      'Another program listens on the port, often another collector. Stop it, or choose another `--port`.',
    ERR_DATA_DIR:
      'Check that the directory is on a local disk, writable, not used by another collector, and not written by a newer version.',
    ERR_ENGINE_START:
      'The log has the reason above this line. Common reasons: too little memory, a processor without the instructions the engine needs, a damaged data directory.',
    ERR_COLLECTOR: 'Check `--url`, that the collector runs, and the query token.',
    ERR_DOCTOR: 'Each failed check in the output says what to do.',
    ERR_BACKUP: 'Check that the target is empty and writable, or that the source is a complete backup.',
    ERR_RESULT: 'Give a complete, unedited `result.json` written by `sandscope probe`.',
    ERR_PNG_UNAVAILABLE:
      'Install `@resvg/resvg-js` beside `sandscope`, or use the SVG files, which are written anyway.',
    ERR_MCP_UNAVAILABLE: 'Install the package that the message names.',
    ERR_INTERNAL:
      'A bug in Sandscope. Report it with the log line of that time. Clients see no details on purpose.',
  },
  'Receiving spans': {
    ERR_OTLP_DECODE:
      'The request is malformed; sending it again does not help. Check that the content type matches the body.',
    ERR_OTLP_MEDIA_TYPE: 'Send `application/x-protobuf` or `application/json`.',
    ERR_OTLP_ENCODING:
      'Send with `gzip`, `deflate`, `zstd` or no content encoding, and check that the body is encoded that way.',
    ERR_OTLP_TOO_LARGE: 'Send smaller batches, or raise `--max-body-bytes`.',
    ERR_OTLP_SLOW: 'The network or sender is slow. Send smaller batches, or raise `--request-timeout`.',
    ERR_OTLP_METHOD: 'Use POST.',
    ERR_OTLP_SIGNAL: 'Send metrics and logs elsewhere; Sandscope receives traces.',
    ERR_INBOX_FULL:
      'Senders retry on their own. `/api/v1/status` shows what the store or a target is waiting for. Or raise `--inbox-max-bytes`.',
    ERR_INBOX_UNAVAILABLE:
      'The disk is full or failing. Free some space: `--inbox-min-free-bytes` must stay free. Senders retry on their own.',
    ERR_INBOX_BODY: 'A stored request is damaged and became a dead letter: `sandscope dead-letters`.',
    ERR_FORBIDDEN: 'Start the collector with `--admin-token-file`, or use `sandscope delete` on its machine.',
    ERR_UNAUTHENTICATED:
      'Send a valid token: one of the ingest tokens to send spans, one of the query tokens for everything else.',
    ERR_ORIGIN_NOT_ALLOWED:
      'Web pages may not call this address. Use a client that is not a web page, such as an MCP client.',
    ERR_HOST_NOT_ALLOWED:
      'Use `localhost` or `127.0.0.1` in the address, set tokens, or allow the host with `--allowed-host`.',
  },
  'Asking questions': {
    ERR_BAD_PARAMETER: 'The message names the parameter. `/docs` lists all of them.',
    ERR_BAD_TIME_RANGE:
      'Give RFC 3339 times or times relative to now, such as `-1h`, with `from` before `to`.',
    ERR_SEVERAL_DEPLOYMENTS: 'Add `region`, `account`, or both.',
    ERR_AMBIGUOUS_ID: 'Give more characters of the id.',
    ERR_FUNCTION_NOT_FOUND: 'Check the name, and that the time range holds invocations of it.',
    ERR_SANDBOX_NOT_FOUND: 'Check the id and the time range.',
    ERR_HOST_NOT_FOUND: 'Check the id and the time range. On some platforms hosts cannot be identified.',
    ERR_TRACE_NOT_FOUND:
      'Check the id. Spans are kept as long as `--retention-traces` says, and some may not have been sent yet.',
    ERR_QUERY_LIMIT: 'Ask about less time or one function, or raise `--engine-memory`.',
    ERR_QUERIER_BUSY: 'Ask again after the seconds in `Retry-After`.',
    ERR_QUERIER_UNAVAILABLE: 'The process is restarting. Ask again after the seconds in `Retry-After`.',
    ERR_ENGINE_UNAVAILABLE:
      'The engine is starting, or your ClickHouse cannot be reached. Spans are kept in the inbox meanwhile. Ask again.',
    ERR_STORE_SLOW:
      'With `--ack stored`: the store did not accept the spans in time. They are in the inbox; sending them again does no harm.',
    ERR_STORE_REJECTED:
      'The log has the message of the engine. Requests that it rejects permanently become dead letters: `sandscope dead-letters`.',
    ERR_SQL_SETTING: 'Remove the setting: clients of `/sql` cannot change settings.',
    ERR_SQL_DATABASE: 'Use the database `sandscope`, or name none.',
    ERR_HTTP:
      'The status tells the reason: 400 malformed, 408 too slow, 431 headers too large. A common cause is a client that uses HTTPS or gRPC on an HTTP port.',
    ERR_METHOD: 'The header `Allow` lists the methods.',
    ERR_NOT_FOUND: '`/docs` lists the paths.',
  },
  'Importing recorded data': {
    ERR_DELETION: 'Delete at a collector that stores data.',
    ERR_IMPORT_FORMAT: 'Name the actual format of the file; the message shows its first line.',
    ERR_IMPORT_INPUT:
      'The message names the file. It is truncated, not readable, or expands to far more than its size allows.',
    ERR_IMPORT_SEND:
      'Check `--endpoint` and the token, then run the same import again: nothing is stored twice.',
  },
  'AWS Lambda': {
    ERR_AWS: 'The message includes the error from AWS. Check credentials, region and permissions.',
    ERR_AWS_SDK: 'Install the package that the message names.',
    ERR_LAYER_NOT_FOUND: 'Publish it first: `sandscope layer publish`.',
    ERR_LAMBDA_RUNTIME:
      'The layer works on managed Node.js runtimes. Wrap the handler in the code, or in the container image.',
    ERR_LAMBDA_WRAPPER: '`--chain-wrapper` runs the other wrapper after Sandscope’s.',
    ERR_LAMBDA_LAYERS: 'Remove one of the five layers, or wrap the handler in the code.',
    ERR_LAMBDA_VARIABLES:
      '`--replace` sets them and `uninstrument` puts the old ones back; unreadable ones need permission to decrypt.',
  },
  Experiments: {
    ERR_PROBE_TARGET: 'Check the URL or the function’s name, and call it once by hand.',
    ERR_PROBE_INCOMPLETE:
      'A limit on calls, time or cost was reached. The measurements so far are written. Raise the limit and run the command again to continue.',
  },
};
