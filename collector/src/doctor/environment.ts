import type { Env, Finding } from './finding.ts';
import { found } from './finding.ts';

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';
const WITHOUT_EFFECT = 'Correct it: the SDK reports it once on standard error and uses the default.';

type Check = (value: string) => string | undefined;

const number =
  (min: number, max: number): Check =>
  (value) => {
    const given = Number(value);
    return given >= min && given <= max ? undefined : `is not a number from ${min} to ${max}`;
  };
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.some((word) => word.toLowerCase() === value.toLowerCase())
      ? undefined
      : `is not one of ${words.join(', ')}`;
const address: Check = (value) =>
  ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '')
    ? undefined
    : 'is not an http or https address';
const anything: Check = () => undefined;
const pairs: Check = (value) =>
  value
    .split(',')
    .filter((item) => item.trim() !== '')
    .every((item) => /^\s*[^=\s]+\s*=/.test(item) && isEncoded(item))
    ? undefined
    : 'has an item that is not name=value, percent-encoded';
const names =
  (...known: string[]): Check =>
  (value) => {
    const stranger = value
      .split(',')
      .map((name) => name.trim())
      .find((name) => name !== '' && !known.includes(name.toLowerCase()));
    return stranger === undefined ? undefined : `has "${stranger}", which is not one of ${known.join(', ')}`;
  };

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Every variable that the SDK reads, with a check of its value. */
export const SDK_VARIABLES: Readonly<Record<string, Check>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address,
  OTEL_EXPORTER_OTLP_HEADERS: pairs,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs,
  OTEL_EXPORTER_OTLP_COMPRESSION: oneOf('gzip', 'none'),
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: oneOf('gzip', 'none'),
  OTEL_EXPORTER_OTLP_TIMEOUT: number(1, 60_000),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: number(1, 60_000),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_SDK_DISABLED: oneOf('true', 'false'),
  OTEL_SERVICE_NAME: anything,
  OTEL_BSP_EXPORT_TIMEOUT: number(0, Number.MAX_SAFE_INTEGER),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number(1, Number.MAX_SAFE_INTEGER),
  OTEL_BSP_MAX_QUEUE_SIZE: number(1, Number.MAX_SAFE_INTEGER),
  OTEL_BSP_SCHEDULE_DELAY: number(0, Number.MAX_SAFE_INTEGER),
  SANDSCOPE_ADDRESSES: oneOf('0', '1'),
  SANDSCOPE_BUFFER_BYTES: number(1024, 64 * 1_048_576),
  SANDSCOPE_BUFFER_SPANS: number(1, 100_000),
  SANDSCOPE_EXPORT: oneOf('extension', 'sync', 'waitUntil', 'batch', 'stdout', 'none'),
  SANDSCOPE_EXPORT_TIMEOUT_MILLIS: number(1, 60_000),
  SANDSCOPE_FLUSH: oneOf('adaptive', 'each'),
  SANDSCOPE_FS_TIMING: oneOf('0', '1'),
  SANDSCOPE_HANDLER: anything,
  SANDSCOPE_HOST_ID: anything,
  SANDSCOPE_HOST_IP: anything,
  SANDSCOPE_INVENTORY: oneOf('0', '1'),
  SANDSCOPE_IO_SPANS: number(0, 128),
  SANDSCOPE_MODULES: oneOf('0', '1'),
  SANDSCOPE_PROACTIVE_GAP_MILLIS: number(0, Number.MAX_SAFE_INTEGER),
  SANDSCOPE_PROBES: names('disk', 'network', 'cpu'),
  SANDSCOPE_PROBE_ENDPOINT: anything,
  SANDSCOPE_PROBE_RATIO: number(0, 1),
  SANDSCOPE_REDIRECT: anything,
  SANDSCOPE_SAMPLE_RATIO: number(0, 1),
  SANDSCOPE_SYNC_TIMEOUT_MILLIS: number(1, 60_000),
  SANDSCOPE_TIMEOUT_MARGIN_MILLIS: number(0, 60_000),
};

/** Values of these may contain tokens, and are not shown. */
const SECRET = new Set(['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']);

/**
 * Settings for the SDK in the environment, those without effect, and misspelt ones.
 *
 * @param misspelt warnings about variables that nothing reads
 */
export function checkEnvironment(env: Env, misspelt: readonly string[]): Finding[] {
  const set = Object.keys(SDK_VARIABLES).filter((name) => (env[name]?.trim() ?? '') !== '');
  const wrong = set.flatMap((name) => {
    const fault = SDK_VARIABLES[name]?.(env[name]?.trim() ?? '');
    const shown = SECRET.has(name) ? '' : ` "${env[name]?.trim()}"`;
    return fault === undefined
      ? []
      : [
          found('environment.value', 'warn', `${name}${shown} ${fault}.`, {
            facts: { variable: name },
            fix: WITHOUT_EFFECT,
          }),
        ];
  });
  const strangers = misspelt.map((said) =>
    found('environment.name', 'warn', `${said}.`.replace(/\?\.$/, '?'), { fix: 'Rename or remove it.' }),
  );
  const facts = {
    variables: Object.fromEntries(
      set.map((name) => [name, SECRET.has(name) ? '[not shown]' : env[name]?.trim()]),
    ),
  };
  const summary =
    set.length === 0
      ? found(
          'environment.set',
          'info',
          `No variable of the SDK is set: spans go to ${DEFAULT_ENDPOINT}, with default settings.`,
          { facts },
        )
      : found('environment.set', 'info', `Set for the SDK: ${set.join(', ')}.`, { facts });
  const disabled =
    env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true' ||
    env['SANDSCOPE_EXPORT']?.trim().toLowerCase() === 'none';
  const sampled = Number(env['SANDSCOPE_SAMPLE_RATIO']?.trim() || 1);
  return [
    summary,
    ...(disabled
      ? [
          found('environment.disabled', 'fail', 'The environment turns the SDK off.', {
            fix: 'Remove OTEL_SDK_DISABLED=true, or SANDSCOPE_EXPORT=none.',
          }),
        ]
      : []),
    ...(sampled < 1
      ? [
          found(
            'environment.sampling',
            'info',
            `One invocation in ${Number((1 / sampled).toPrecision(3))} is recorded: counts are too small by that factor, and intervals are wider.`,
          ),
        ]
      : []),
    ...wrong,
    ...strangers,
  ];
}

/** The address to which the SDK sends spans. */
export function endpointOf(env: Env): URL {
  const exact = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim() ?? '';
  if (address(exact) === undefined) return new URL(exact);
  const given = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() ?? '';
  const base = new URL(address(given) === undefined ? given : DEFAULT_ENDPOINT);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/traces`;
  return base;
}

/** The headers it sends along. */
export function sentHeaders(env: Env): Record<string, string> {
  const items = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'].flatMap(
    (name) => env[name]?.split(',') ?? [],
  );
  return Object.fromEntries(
    items
      .filter((item) => pairs(item) === undefined && item.trim() !== '')
      .map((item) => {
        const at = item.indexOf('=');
        return [item.slice(0, at).trim(), decodeURIComponent(item.slice(at + 1).trim())];
      }),
  );
}
