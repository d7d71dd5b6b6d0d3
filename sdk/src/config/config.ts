import { reportOnce } from '../fence/report.ts';

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * How spans leave the sandbox.
 *
 * - `extension`: after the response, while the Lambda Extensions API keeps the sandbox awake; `sync` if that API
 *   refuses.
 * - `waitUntil`: after the response, while the platform's own `waitUntil` keeps the sandbox awake; `sync` for an
 *   invocation without one.
 * - `sync`: before the result is returned, with a time limit.
 * - `batch`: after the response, without delaying anything; for platforms that do not freeze.
 * - `stdout`: one line of OTLP JSON on standard output, before the result is returned.
 * - `none`: nothing is recorded; `wrap` returns the handler itself.
 */
export type ExportMode = 'extension' | 'waitUntil' | 'sync' | 'batch' | 'stdout' | 'none';

/**
 * Which invocations are exported at once.
 *
 * - `each`: every one.
 * - `adaptive`: each one at once while calls are rare; frequent ones wait and are sent together. Only with the
 *   Lambda extension: otherwise the process has no later moment to send them.
 */
export type FlushMode = 'each' | 'adaptive';

/** An active probe; its span is named `probe.` plus this name. */
export type ProbeName = 'disk' | 'network' | 'cpu';

/** Settings of one process, all from the environment. */
export interface Config {
  readonly mode: ExportMode;
  readonly flush: FlushMode;
  /** URL that spans are posted to, including the path. */
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName?: string;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Maximum time that an export after the response may keep the sandbox awake. */
  readonly exportTimeoutMillis: number;
  /** Maximum time that an export before the response may delay the result. */
  readonly syncTimeoutMillis: number;
  /** How long before its deadline an invocation that is still running counts as timed out; 0 means never. */
  readonly timeoutMarginMillis: number;
  /** Whether request bodies are compressed; in modes that export after the response, only then. */
  readonly compression: 'gzip' | 'none';
  readonly bufferSpans: number;
  readonly bufferBytes: number;
  /** Share of invocations that are recorded, 0 to 1, decided by the trace id. */
  readonly sampleRatio: number;
  /** Active probes to run after responses. */
  readonly probes: readonly ProbeName[];
  /** Share of the recorded invocations after which active probes run, 0 to 1. */
  readonly probeRatio: number;
  /** What the network probe connects to; absent when not set. */
  readonly probeEndpoint?: string;
  /** Whether the slow hardware inventory is taken, once per sandbox. */
  readonly inventory: boolean;
  /** Whether the program's asynchronous file operations are timed. */
  readonly fsTiming: boolean;
  /** How many outgoing operations of an invocation get spans of their own: the slowest ones. */
  readonly ioSpans: number;
  /** Whether network addresses are recorded: those of this machine and of the program's connections. */
  readonly addresses: boolean;
  /** `host:port` of the Lambda Runtime API; absent elsewhere. */
  readonly runtimeApi?: string;
}

const MODES: readonly ExportMode[] = ['extension', 'waitUntil', 'sync', 'batch', 'stdout', 'none'];
const PROBES: readonly ProbeName[] = ['disk', 'network', 'cpu'];
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads the settings. An invalid value is reported once on standard error and replaced by the default; never throws.
 * `settings.ts` lists the variables with their defaults.
 *
 * @param platformMode the adapter's export mode for its platform, used if `SANDSCOPE_EXPORT` is not set
 */
export function readConfig(env: Env = process.env, platformMode?: ExportMode): Config {
  const runtimeApi = env['AWS_LAMBDA_RUNTIME_API'];
  const serviceName = env['OTEL_SERVICE_NAME'];
  const probeEndpoint = env['SANDSCOPE_PROBE_ENDPOINT']?.trim();
  const mode = readMode(env, runtimeApi, platformMode);
  return {
    mode,
    flush: readFlush(env, mode),
    endpoint: readEndpoint(env),
    headers: {
      ...readPairs(env, 'OTEL_EXPORTER_OTLP_HEADERS', isHeader),
      ...readPairs(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', isHeader),
    },
    resourceAttributes: readPairs(env, 'OTEL_RESOURCE_ATTRIBUTES', () => true),
    exportTimeoutMillis: readNumber(
      env,
      firstSet(
        env,
        'SANDSCOPE_EXPORT_TIMEOUT_MILLIS',
        'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
        'OTEL_EXPORTER_OTLP_TIMEOUT',
      ),
      2000,
      1,
      60_000,
    ),
    syncTimeoutMillis: readNumber(env, 'SANDSCOPE_SYNC_TIMEOUT_MILLIS', 200, 1, 60_000),
    timeoutMarginMillis: readNumber(env, 'SANDSCOPE_TIMEOUT_MARGIN_MILLIS', 150, 0, 60_000),
    compression: readCompression(env),
    bufferSpans: readNumber(env, 'SANDSCOPE_BUFFER_SPANS', 512, 1, 100_000),
    bufferBytes: readNumber(env, 'SANDSCOPE_BUFFER_BYTES', 1_048_576, 1024, 64 * 1_048_576),
    sampleRatio: readNumber(env, 'SANDSCOPE_SAMPLE_RATIO', 1, 0, 1),
    probes: readProbes(env),
    probeRatio: readNumber(env, 'SANDSCOPE_PROBE_RATIO', 0.1, 0, 1),
    inventory: env['SANDSCOPE_INVENTORY']?.trim() === '1',
    fsTiming: env['SANDSCOPE_FS_TIMING']?.trim() === '1',
    addresses: env['SANDSCOPE_ADDRESSES']?.trim() !== '0',
    ioSpans: readNumber(env, 'SANDSCOPE_IO_SPANS', 16, 0, 128),
    ...(probeEndpoint && { probeEndpoint }),
    ...(serviceName && { serviceName }),
    ...(runtimeApi && { runtimeApi }),
  };
}

function readMode(
  env: Env,
  runtimeApi: string | undefined,
  platformMode: ExportMode | undefined,
): ExportMode {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return 'none';
  const managed = env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'lambda-managed-instances';
  // Adapters of platforms that themselves run on Lambda know the right mode.
  const usual =
    platformMode ?? (managed ? 'batch' : runtimeApi ? 'extension' : env['VERCEL'] ? 'waitUntil' : 'sync');
  const wanted = env['SANDSCOPE_EXPORT']?.trim().toLowerCase();
  if (!wanted) return usual;
  const mode = MODES.find((known) => known.toLowerCase() === wanted);
  if (mode === undefined) {
    reportOnce(
      'SANDSCOPE_EXPORT',
      `SANDSCOPE_EXPORT is "${wanted}", not one of ${MODES.join(', ')}; ${usual} is used`,
    );
    return usual;
  }
  // Managed instances do not let an internal extension register for any event.
  if (mode !== 'extension' || (runtimeApi && !managed)) return mode;
  reportOnce(
    'SANDSCOPE_EXPORT',
    `SANDSCOPE_EXPORT is "extension", but there is no Extensions API here; ${usual} is used`,
  );
  return usual;
}

function readFlush(env: Env, mode: ExportMode): FlushMode {
  const usual = mode === 'extension' ? 'adaptive' : 'each';
  const wanted = env['SANDSCOPE_FLUSH']?.trim().toLowerCase();
  if (!wanted || wanted === usual || wanted === 'each') return wanted === 'each' ? 'each' : usual;
  const why =
    wanted === 'adaptive'
      ? `needs the Lambda extension, and spans leave by ${mode} here`
      : 'is neither adaptive nor each';
  reportOnce('SANDSCOPE_FLUSH', `SANDSCOPE_FLUSH is "${wanted}", which ${why}; ${usual} is used`);
  return usual;
}

function readProbes(env: Env): ProbeName[] {
  const names = (env['SANDSCOPE_PROBES'] ?? '').toLowerCase().split(',');
  const wanted = new Set(names.map((name) => name.trim()).filter((name) => name !== ''));
  const known = PROBES.filter((name) => wanted.delete(name));
  const [unknown] = wanted;
  if (unknown !== undefined) {
    reportOnce('SANDSCOPE_PROBES', `SANDSCOPE_PROBES has "${unknown}", not one of ${PROBES.join(', ')}`);
  }
  return known;
}

function readEndpoint(env: Env): URL {
  const exact = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (exact) {
    const url = httpUrl(exact);
    if (url) return url;
    reportOnce('TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http(s) address');
  }
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (base) {
    const url = httpUrl(base);
    if (url) {
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
      return url;
    }
    // The value is not repeated: addresses contain passwords and keys.
    reportOnce(
      'ENDPOINT',
      `OTEL_EXPORTER_OTLP_ENDPOINT is not an http(s) address; ${DEFAULT_ENDPOINT} is used`,
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

/** `a=1,b=two%20words` as pairs; malformed ones are left out and reported once. */
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
    else reportOnce(name, `${name} has an item that is not name=value; it is ignored`);
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

function readCompression(env: Env): Config['compression'] {
  const name = firstSet(env, 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION');
  const wanted = env[name]?.trim().toLowerCase() || 'none';
  if (wanted === 'gzip' || wanted === 'none') return wanted;
  reportOnce(name, `${name} is "${wanted}", not gzip or none; none is used`);
  return 'none';
}

/** The first of these variables that is set and not empty; the last one if none is. */
function firstSet(env: Env, ...names: [string, ...string[]]): string {
  return names.find((name) => env[name]?.trim()) ?? (names.at(-1) as string);
}

function readNumber(env: Env, name: string, usual: number, min: number, max: number): number {
  const text = env[name]?.trim();
  if (!text) return usual;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  reportOnce(name, `${name} is "${text}", not a number from ${min} to ${max}; ${usual} is used`);
  return usual;
}
