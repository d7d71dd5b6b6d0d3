/** One log event, from any export format. */
export interface LogEvent {
  readonly line: number;
  /** ms since the epoch; whole seconds in the short form of `aws logs tail`. */
  readonly timestampMs: number;
  readonly message: string;
  /** Absent if the export does not include it. */
  readonly stream: string | undefined;
  readonly group: string | undefined;
  readonly account: string | undefined;
  /** Fields that Logs Insights discovered, by name, if the message is missing. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Longest log event: CloudWatch accepts 1 MiB, and JSON may need six bytes for each of its bytes. */
export const MAX_EVENT_BYTES = 8 * 1024 ** 2;

/**
 * Milliseconds of a time in export formats: epoch ms, RFC 3339, or `2025-05-12 20:33:10.636` in UTC. NaN for others.
 */
export function parseTimeMs(time: unknown): number {
  if (typeof time === 'number') return Number.isFinite(time) ? time : Number.NaN;
  if (typeof time !== 'string') return Number.NaN;
  if (/^\d{9,17}$/.test(time)) return Number(time);
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?$/.exec(time);
  return match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? 'Z'}`) : Number.NaN;
}

/** `/aws/lambda/thumbnails` from `123456789012:/aws/lambda/thumbnails`, and the account before it. */
export function splitLogName(name: string | undefined): { group?: string; account?: string } {
  if (name === undefined || name === '') return {};
  const match = /^(\d{12}):(.+)$/.exec(name);
  return match ? { account: match[1] as string, group: match[2] as string } : { group: name };
}
