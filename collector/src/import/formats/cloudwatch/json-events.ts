import type { JsonRecord } from '../../input/json-records.ts';
import type { LogEvent } from './log-event.ts';
import { parseTimeMs, splitLogName } from './log-event.ts';

/** Lists of the outer objects: filter-log-events and get-log-events, subscriptions, get-query-results. */
export const EVENT_LISTS = ['events', 'logEvents', 'results'];

type Fields = Readonly<Record<string, unknown>>;

/** The log event in a JSON record; undefined for other records. */
export function jsonEvent({ line, value, outer = {} }: JsonRecord): LogEvent | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const timestampMs = parseTimeMs(fields['timestamp'] ?? fields['@timestamp']);
  const message = text(fields['message']) ?? text(fields['@message']) ?? '';
  if (Number.isNaN(timestampMs)) return undefined;
  const log = splitLogName(text(fields['@log']));
  return {
    line,
    timestampMs,
    message,
    stream:
      text(fields['logStreamName']) ??
      text(fields['@logStream']) ??
      text(fields['logStream']) ??
      text(outer['logStream']),
    group: log.group ?? text(fields['logGroup']) ?? text(outer['logGroup']),
    account: log.account ?? text(outer['owner']),
    ...(message === '' && { fields: discovered(fields) }),
  };
}

/** A result of get-query-results is a list of fields and values. */
function fieldsOf(value: unknown): Fields | undefined {
  if (!Array.isArray(value))
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  const pairs = value.flatMap((item: unknown) => {
    const { field, value: content } = (item ?? {}) as { field?: unknown; value?: unknown };
    return typeof field === 'string' ? [[field, content] as const] : [];
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** Fields that begin with @ as text; others belong to the application. */
function discovered(fields: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      key.startsWith('@') && (typeof value === 'string' || typeof value === 'number')
        ? [[key, String(value)]]
        : [],
    ),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
