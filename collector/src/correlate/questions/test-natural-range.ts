/** Values that no answer may contain, for any question. */

/** Differences: may be below 0, but only with an interval. */
const DIFFERENCES = new Set(['firstCallMs', 'effectMs']);
/** Values that may have either sign: clocks, changes, slopes, scores, logarithms. */
const SIGNED = new Set(['offsetMs', 'driftPpm', 'difference', 'differenceMs', 'perCall', 'z', 'msPerMb']);
/** Shares. */
const SHARE = /(?:^|[a-z])(?:share|rate|probability|coverage|efficiency|utili[sz]ation)$/i;
const SHARES = new Set(['p', 'q', 'adjustedR2']);
/** An adjusted R² is below 0 if the line explains nothing. */
const AT_MOST_ONE = new Set(['adjustedR2']);
/** Utilisation of a rate that may be exceeded. */
const REACHED = 'breakEven';
/** Tolerance for the ends of an interval and its middle, in floating point. */
const ROUNDING = 1e-9;

interface Interval {
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly n?: number;
}

/** Describes each place of an answer that is out of its natural range. */
export function outOfRange(answer: unknown): string[] {
  const found: string[] = [];
  walk(answer, [], found);
  return found;
}

function walk(value: unknown, path: readonly string[], found: string[]): void {
  const at = path.join('.');
  if (value === null) found.push(`${at} is null, which tells no reason`);
  else if (typeof value === 'number') number(value, path, found);
  else if (Array.isArray(value))
    for (const [index, one] of value.entries()) walk(one, [...path, `[${index}]`], found);
  else if (typeof value === 'object') {
    const own = value as Record<string, unknown>;
    if (isInterval(own)) interval(own, at, found);
    for (const [key, one] of Object.entries(own)) walk(one, [...path, key], found);
  }
}

function isInterval(own: Record<string, unknown>): own is Interval & Record<string, unknown> {
  return ['value', 'low', 'high'].every((key) => own[key] === undefined || typeof own[key] === 'number');
}

function interval({ value, low, high, n }: Interval, at: string, found: string[]): void {
  const slack = ROUNDING * Math.max(1, Math.abs(value ?? 0));
  if (low !== undefined && high !== undefined && low > high + slack)
    found.push(`${at}: low ${low} above high ${high}`);
  if (value !== undefined && low !== undefined && value < low - slack)
    found.push(`${at}: value ${value} below its interval from ${low}`);
  if (value !== undefined && high !== undefined && value > high + slack)
    found.push(`${at}: value ${value} above its interval to ${high}`);
  if (n === 0 && value !== undefined) found.push(`${at}: value ${value} of nothing`);
}

function number(value: number, path: readonly string[], found: string[]): void {
  const at = path.join('.');
  // The subject of a number: the nearest name that is not part of an interval and not an index.
  const names = path.filter((name) => !name.startsWith('[') && !['value', 'low', 'high'].includes(name));
  const name = names.at(-1) ?? '';
  if (!Number.isFinite(value)) found.push(`${at} is ${value}`);
  if (name === 'n' || !names.some((own) => SIGNED.has(own))) {
    const isDifference = DIFFERENCES.has(name);
    if (value < -ROUNDING && !isDifference && !AT_MOST_ONE.has(name))
      found.push(`${at} is ${value}, below 0`);
  }
  if ((SHARE.test(name) || SHARES.has(name)) && !names.includes(REACHED) && value > 1 + ROUNDING)
    found.push(`${at} is ${value}, above 1`);
}

/** Describes each negative difference without an interval. */
export function bareDifferences(answer: unknown, path: readonly string[] = []): string[] {
  const found: string[] = [];
  if (typeof answer !== 'object' || answer === null) return found;
  for (const [key, one] of Object.entries(answer) as [string, unknown][]) {
    const { value = 0, low, high } = (one ?? {}) as Interval;
    const at = [...path, key];
    if (DIFFERENCES.has(key) && value < 0 && (low === undefined || high === undefined))
      found.push(`${at.join('.')} is ${value} without an interval`);
    found.push(...bareDifferences(one, at));
  }
  return found;
}
