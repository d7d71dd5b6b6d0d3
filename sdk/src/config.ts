import { reportOnce } from './report.ts';

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * How spans leave the sandbox.
 *
 * - `extension`: after the response, while the Lambda Extensions API is kept from freezing the sandbox.
 * - `sync`: before the result is handed back, with a cap.
 * - `batch`: after the response, nothing held; for platforms that do not freeze.
 * - `stdout`: one line of OTLP JSON on standard output, before the result is handed back.
 * - `none`: nothing is recorded; `wrap` returns the handler itself.
 */
export type ExportMode = 'extension' | 'sync' | 'batch' | 'stdout' | 'none';

/** Settings of one process, all from the environment. */
export interface Config {
  readonly mode: ExportMode;
  /** Where spans are posted to, path included. */
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName?: string;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Longest that an export after the response may hold the sandbox. */
  readonly exportTimeoutMillis: number;
  /** Longest that an export before the response may hold the result. */
  readonly syncTimeoutMillis: number;
  readonly bufferSpans: number;
  readonly bufferBytes: number;
  /** Share of the invocations that is recorded, 0 to 1, decided by the trace id. */
  readonly sampleRatio: number;
  /** `host:port` of the Lambda Runtime API; absent elsewhere. */
  readonly runtimeApi?: string;
}

const MODES: readonly ExportMode[] = ['extension', 'sync', 'batch', 'stdout', 'none'];
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads the settings. A value that makes no sense is reported once on standard error and the default is taken; never
 * throws.
 *
 * | variable | default |
 * | --- | --- |
 * | `OTEL_SDK_DISABLED` | `false` |
 * | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` | `${OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` |
 * | `OTEL_EXPORTER_OTLP_ENDPOINT` | `http://127.0.0.1:4318` |
 * | `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_TRACES_HEADERS` | none; `name=value` with commas between |
 * | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | the function's name; none |
 * | `SANDSCOPE_EXPORT` | `extension` with a Lambda Runtime API, `batch` on its managed instances, else `sync` |
 * | `SANDSCOPE_EXPORT_TIMEOUT_MILLIS` | 2000 (1 to 60000) |
 * | `SANDSCOPE_SYNC_TIMEOUT_MILLIS` | 200 (1 to 60000) |
 * | `SANDSCOPE_BUFFER_SPANS`, `SANDSCOPE_BUFFER_BYTES` | 512, 1048576 |
 * | `SANDSCOPE_SAMPLE_RATIO` | 1 |
 */
export function readConfig(env: Env = process.env): Config {
  const runtimeApi = env['AWS_LAMBDA_RUNTIME_API'];
  const serviceName = env['OTEL_SERVICE_NAME'];
  return {
    mode: readMode(env, runtimeApi),
    endpoint: readEndpoint(env),
    headers: {
      ...readPairs(env, 'OTEL_EXPORTER_OTLP_HEADERS', isHeader),
      ...readPairs(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', isHeader),
    },
    resourceAttributes: readPairs(env, 'OTEL_RESOURCE_ATTRIBUTES', () => true),
    exportTimeoutMillis: readNumber(env, 'SANDSCOPE_EXPORT_TIMEOUT_MILLIS', 2000, 1, 60_000),
    syncTimeoutMillis: readNumber(env, 'SANDSCOPE_SYNC_TIMEOUT_MILLIS', 200, 1, 60_000),
    bufferSpans: readNumber(env, 'SANDSCOPE_BUFFER_SPANS', 512, 1, 100_000),
    bufferBytes: readNumber(env, 'SANDSCOPE_BUFFER_BYTES', 1_048_576, 1024, 64 * 1_048_576),
    sampleRatio: readNumber(env, 'SANDSCOPE_SAMPLE_RATIO', 1, 0, 1),
    ...(serviceName && { serviceName }),
    ...(runtimeApi && { runtimeApi }),
  };
}

function readMode(env: Env, runtimeApi: string | undefined): ExportMode {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return 'none';
  const managed = env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'lambda-managed-instances';
  const usual = managed ? 'batch' : runtimeApi ? 'extension' : 'sync';
  const wanted = env['SANDSCOPE_EXPORT']?.trim().toLowerCase();
  if (!wanted) return usual;
  const mode = MODES.find((known) => known === wanted);
  if (mode === undefined) {
    reportOnce(
      'SANDSCOPE_EXPORT',
      `SANDSCOPE_EXPORT is "${wanted}", not one of ${MODES.join(', ')}: ${usual} it is`,
    );
    return usual;
  }
  // Managed instances let no extension inside the function register for anything.
  if (mode !== 'extension' || (runtimeApi && !managed)) return mode;
  reportOnce(
    'SANDSCOPE_EXPORT',
    `there is no Extensions API to register with here: ${usual} instead of extension`,
  );
  return usual;
}

function readEndpoint(env: Env): URL {
  const exact = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (exact) {
    const url = httpUrl(exact);
    if (url) return url;
    reportOnce('TRACES_ENDPOINT', `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is "${exact}", not an http(s) address`);
  }
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (base) {
    const url = httpUrl(base);
    if (url) {
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
      return url;
    }
    reportOnce(
      'ENDPOINT',
      `OTEL_EXPORTER_OTLP_ENDPOINT is "${base}", not an http(s) address: ${DEFAULT_ENDPOINT} it is`,
    );
  }
  return new URL(`${DEFAULT_ENDPOINT}/v1/traces`);
}

function httpUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** `a=1,b=two%20words` as pairs; what is malformed is left out and reported once. */
function readPairs(
  env: Env,
  name: string,
  accept: (key: string, value: string) => boolean,
): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const item of env[name]?.split(',') ?? []) {
    if (item.trim() === '') continue;
    const equals = item.indexOf('=');
    const key = item.slice(0, Math.max(equals, 0)).trim();
    const value = decode(item.slice(equals + 1).trim());
    if (key !== '' && value !== undefined && accept(key, value)) pairs[key] = value;
    else reportOnce(name, `${name} has an item that is not name=value; it is left out`);
  }
  return pairs;
}

function isHeader(key: string, value: string): boolean {
  return HEADER_NAME.test(key) && HEADER_VALUE.test(value);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readNumber(env: Env, name: string, usual: number, min: number, max: number): number {
  const text = env[name]?.trim();
  if (!text) return usual;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  reportOnce(name, `${name} is "${text}", not a number from ${min} to ${max}: ${usual} it is`);
  return usual;
}
