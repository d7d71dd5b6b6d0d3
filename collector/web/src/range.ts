/** The requested range of time: relative to now and therefore live, or fixed. */
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The offered ranges, in the API's format. */
export const RELATIVE = ['-15m', '-1h', '-6h', '-24h', '-7d', '-30d', '-90d'] as const;
export const DEFAULT_FROM = '-24h';

export interface TimeRange {
  /** In the API's format. */
  readonly from: string;
  readonly to: string;
  /** It ends now, so it moves. */
  readonly isLive: boolean;
}

/** Milliseconds of `-24h`; undefined for a fixed time. */
export function relativeMillis(text: string): number | undefined {
  const match = /^(?:now)?-(\d+)([smhdw])$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : undefined;
}

export function readRange(query: URLSearchParams): TimeRange {
  const to = query.get('to') ?? 'now';
  return { from: query.get('from') ?? DEFAULT_FROM, to, isLive: to === 'now' };
}

/** Its start and end, ms since the epoch. */
export function boundsOf({ from, to }: Pick<TimeRange, 'from' | 'to'>, nowMillis: number): [number, number] {
  const at = (text: string): number => {
    const ago = relativeMillis(text);
    if (ago !== undefined) return nowMillis - ago;
    if (text === 'now') return nowMillis;
    return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  };
  return [at(from), at(to)];
}

/** A label: `Last 24 h`. */
export function rangeWords({ from, isLive }: TimeRange): string {
  const match = /^(?:now)?-(\d+)([smhdw])$/.exec(from);
  if (!match || !isLive) return 'Fixed range';
  const unit = match[2] === 'm' ? 'min' : match[2];
  return `Last ${match[1]} ${unit}`;
}

/** The range as parameters of an address. */
export function fixed(fromMs: number, toMs: number): { from: string; to: string } {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** Moved by its own length, back (−1) or forth (1); live again if it reaches now. */
export function shifted(
  range: TimeRange,
  direction: -1 | 1,
  nowMillis: number,
): { from: string; to: string } {
  const [from, to] = boundsOf(range, nowMillis);
  const length = to - from;
  const next = to + direction * length;
  if (next >= nowMillis) return fixed(nowMillis - length, nowMillis);
  return fixed(from + direction * length, next);
}

/** Twice as wide, or half, around its middle; never beyond now. */
export function zoomed(range: TimeRange, factor: number, nowMillis: number): { from: string; to: string } {
  const [from, to] = boundsOf(range, nowMillis);
  const half = ((to - from) * factor) / 2;
  const end = Math.min(nowMillis, (from + to) / 2 + half);
  return fixed(end - 2 * half, end);
}
