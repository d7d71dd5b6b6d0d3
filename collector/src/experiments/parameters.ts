import { badOption } from '../config/index.ts';

/** One parameter of an experiment: its meaning, default and format. */
export interface Parameter<T> {
  readonly help: string;
  readonly fallback: T;
  /** @throws {CollectorError} `ERR_OPTION` */
  parse(text: string, name: string): T;
  show(value: T): string;
}

export type ParameterSet = Readonly<Record<string, Parameter<unknown>>>;

/** The values of a set of parameters. */
export type ValuesOf<P> = { readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never };

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time such as `90s`, `4min` or `1.5h`; ms. */
export function duration(help: string, fallback: number): Parameter<number> {
  return { help, fallback, parse: readDuration, show: showDuration };
}

/** Times separated by commas. */
export function durations(help: string, fallback: readonly number[]): Parameter<readonly number[]> {
  return listOf(help, fallback, readDuration, showDuration);
}

/** A whole number between `least` and `most`. */
export function count(help: string, fallback: number, least = 1, most = 1_000_000): Parameter<number> {
  return { help, fallback, parse: countReader(least, most), show: String };
}

/** Whole numbers separated by commas; `1..15` means all from 1 to 15. */
export function counts(
  help: string,
  fallback: readonly number[],
  least = 1,
  most = 1e9,
): Parameter<readonly number[]> {
  const read = countReader(least, most);
  return {
    help,
    fallback,
    parse: (text, name) =>
      (text === '' ? [] : text.split(',')).flatMap((part) => {
        const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(part.trim()) ?? [];
        if (from === undefined || to === undefined) return [read(part.trim(), name)];
        const first = read(from, name);
        const last = read(to, name);
        if (last < first || last - first > 10_000) throw badOption(`${name} is not a range: "${part}"`);
        return Array.from({ length: last - first + 1 }, (_, index) => first + index);
      }),
    show: (values) => values.join(','),
  };
}

/** A number, possibly with a fraction. */
export function real(help: string, fallback: number, least = 0): Parameter<number> {
  return {
    help,
    fallback,
    parse: (text, name) => {
      const value = Number(text);
      if (text.trim() !== '' && value >= least && Number.isFinite(value)) return value;
      throw badOption(`${name} is not a number of at least ${least}: "${text}"`);
    },
    show: String,
  };
}

export function text(help: string, fallback: string): Parameter<string> {
  return { help, fallback, parse: (value) => value, show: (value) => value };
}

/** One of several words. */
export function choice<T extends string>(help: string, choices: readonly T[], fallback: T): Parameter<T> {
  return {
    help: `${help}: ${choices.join(', ')}`,
    fallback,
    parse: (value, name) => {
      const found = choices.find((one) => one === value);
      if (found !== undefined) return found;
      throw badOption(`${name} is not one of ${choices.join(', ')}: "${value}"`);
    },
    show: String,
  };
}

/** Words separated by commas. */
export function texts(help: string, fallback: readonly string[]): Parameter<readonly string[]> {
  return listOf(help, fallback, (value) => value, String);
}

/**
 * The values of all parameters: those given as `name=value`, and defaults for the others.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the parameter
 */
export function readParameters<P extends ParameterSet>(set: P, given: readonly string[]): ValuesOf<P> {
  const values: Record<string, unknown> = {};
  for (const [name, { fallback }] of Object.entries(set)) values[name] = fallback;
  for (const one of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (name === undefined || value === undefined) throw badOption(`--set is not NAME=VALUE: "${one}"`);
    const parameter = Object.hasOwn(set, name) ? set[name] : undefined;
    if (parameter === undefined) {
      const known = Object.keys(set).join(', ');
      throw badOption(`this experiment has no parameter "${name}" for --set; it has ${known}`);
    }
    values[name] = parameter.parse(value, `--set ${name}`);
  }
  return values as ValuesOf<P>;
}

function listOf<T>(
  help: string,
  fallback: readonly T[],
  read: (text: string, name: string) => T,
  show: (value: T) => string,
): Parameter<readonly T[]> {
  return {
    help,
    fallback,
    parse: (value, name) => value.split(',').map((part) => read(part.trim(), name)),
    show: (values) => values.map((one) => show(one)).join(','),
  };
}

function countReader(least: number, most: number): (text: string, name: string) => number {
  return (value, name) => {
    const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw badOption(`${name} is not a whole number from ${least} to ${most}: "${value}"`);
  };
}

/** @throws {CollectorError} `ERR_OPTION` */
export function readDuration(value: string, name: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(value) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  throw badOption(`${name} is not a time such as 500ms, 90s, 4min or 1h: "${value}"`);
}

/** A time in the largest unit that gives a short number. */
export function showDuration(ms: number): string {
  for (const [unit, length] of [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const)
    if (ms >= length && (ms * 10) % length === 0) return `${ms / length} ${unit}`;
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(4))} s` : `${Number(ms.toPrecision(3))} ms`;
}

/** A time for people, with about two digits. */
export function roughDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
