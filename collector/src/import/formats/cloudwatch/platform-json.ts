import type { PlatformLine } from './platform-line.ts';
import { endingOf } from './platform-line.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Platform records of the JSON log format; they equal those of the Telemetry API. */
export function jsonLine(message: string): PlatformLine | undefined {
  if (!message.includes('"platform.')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return undefined;
  }
  const { type, record } = (value ?? {}) as { type?: unknown; record?: unknown };
  if (typeof type !== 'string' || typeof record !== 'object' || record === null) return undefined;
  return LINES[type]?.(record as Fields);
}

const LINES: Readonly<Record<string, ((record: Fields) => PlatformLine | undefined) | undefined>> = {
  'platform.initStart': (record) => ({
    kind: 'init-start',
    ...optional('initType', text(record['initializationType'])),
    ...optional('functionName', text(record['functionName'])),
    ...optional('version', text(record['functionVersion'])),
  }),
  'platform.initReport': (record) => {
    const durationMs = quantity(metricsOf(record), 'durationMs');
    if (durationMs === undefined) return { kind: 'broken' };
    return {
      kind: 'init-report',
      durationMs,
      ...optional('initType', text(record['initializationType'])),
      ...optional('ending', endingOf(text(record['status']))),
    };
  },
  'platform.restoreStart': () => ({ kind: 'restore-start' }),
  'platform.restoreReport': (record) => {
    const durationMs = quantity(metricsOf(record), 'durationMs');
    return durationMs === undefined ? { kind: 'broken' } : { kind: 'restore-report', durationMs };
  },
  'platform.start': (record) => {
    const requestId = text(record['requestId']);
    if (requestId === undefined) return { kind: 'broken' };
    return { kind: 'start', requestId, ...optional('version', text(record['version'])) };
  },
  'platform.runtimeDone': (record) => {
    const requestId = text(record['requestId']);
    const ending = endingOf(text(record['status']));
    if (requestId === undefined || ending === undefined || ending === 'success') return undefined;
    return { kind: 'failure', requestId, ending, ...optional('errorType', text(record['errorType'])) };
  },
  'platform.report': (record) => {
    const requestId = text(record['requestId']);
    const metrics = metricsOf(record);
    const durationMs = quantity(metrics, 'durationMs');
    if (requestId === undefined || durationMs === undefined) return { kind: 'broken' };
    return {
      kind: 'report',
      report: {
        requestId,
        durationMs,
        billedMs: quantity(metrics, 'billedDurationMs'),
        memorySizeMib: quantity(metrics, 'memorySizeMB'),
        maxMemoryUsedMib: quantity(metrics, 'maxMemoryUsedMB'),
        initMs: quantity(metrics, 'initDurationMs'),
        restoreMs: quantity(metrics, 'restoreDurationMs'),
        billedRestoreMs: quantity(metrics, 'billedRestoreDurationMs'),
        ending: endingOf(text(record['status'])),
        errorType: text(record['errorType']),
        saysInit: true,
      },
    };
  },
};

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [key in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in Key]?: Value };
}

function metricsOf(record: Fields): Fields {
  const metrics = record['metrics'];
  return typeof metrics === 'object' && metrics !== null ? (metrics as Fields) : {};
}

function quantity(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
