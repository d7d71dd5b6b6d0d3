import type { LogEvent } from './log-event.ts';
import { parseTimeMs, splitLogName } from './log-event.ts';

/** One row of a table, by its header. */
export type Row = Readonly<Record<string, string>>;

/** The log event in a row of Logs Insights, or of the console's search results; undefined for other rows. */
export function csvEvent(line: number, row: Row): LogEvent | undefined {
  const timestampMs = parseTimeMs(row['@timestamp'] ?? row['timestamp']);
  if (Number.isNaN(timestampMs)) return undefined;
  const { group, account } = splitLogName(row['@log']);
  const message = row['@message'] ?? row['message'] ?? '';
  return {
    line,
    timestampMs,
    message,
    stream: filled(row['@logStream']) ?? filled(row['logStreamName']),
    group,
    account,
    ...(message === '' && { fields: row }),
  };
}

/** True when a text begins with a header of one of these tables. */
export function beginsLikeCsv(beginning: string): boolean {
  const header = beginning.split(/\r?\n/, 1)[0] ?? '';
  const names = header.split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
  return names.length > 1 && (names.includes('@timestamp') || names.includes('timestamp'));
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
