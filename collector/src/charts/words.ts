/**
 * Formats of numbers, times and ids: a non-breaking space between number and unit, commas for thousands, a true minus
 * sign, and no more digits than are known.
 */
const SPACE = '\u00A0';
const MINUS = '−';

const trimmed = (value: number, digits: number): string => value.toFixed(digits);

/** Three figures: `0.05`, `9.4`, `436`, `1,240`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size === 0) return '0';
  if (size >= 1000) return sign + grouped(Math.round(size));
  if (size >= 100) return sign + trimmed(size, 0);
  if (size >= 10) return sign + dropZeros(trimmed(size, size >= 20 ? 0 : 1));
  if (size >= 1) return sign + dropZeros(trimmed(size, 1));
  return sign + dropZeros(size.toPrecision(2));
}

const dropZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function grouped(whole: number): string {
  return String(whole).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** A count: in full up to a million, then `3.1 M`. */
export function count(value: number): string {
  if (value > 1_000_000) return `${dropZeros(trimmed(value / 1e6, 1))}${SPACE}M`;
  return value < 0 ? `${MINUS}${grouped(Math.round(-value))}` : grouped(Math.round(value));
}

/** A count with its noun: `1 call`, `5 calls`. */
export const counted = (value: number, thing: string, things = `${thing}s`): string =>
  `${count(value)}${SPACE}${value === 1 ? thing : things}`;

const UNITS = [
  ['d', 86_400_000, 'h', 3_600_000],
  ['h', 3_600_000, 'min', 60_000],
  ['min', 60_000, 's', 1000],
] as const;

/** A duration: `0.05 ms`, `9.4 ms`, `436 ms`, `1.90 s`, `12.4 s`, `5 min 19 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(millis: number): string {
  if (millis < 0) return MINUS + duration(-millis);
  for (const [unit, size, part, partSize] of UNITS) {
    const parts = Math.round(millis / partSize);
    if (parts * partSize < size) continue;
    const whole = Math.floor((parts * partSize) / size);
    const rest = parts - (whole * size) / partSize;
    return `${whole}${SPACE}${unit}${rest === 0 ? '' : `${SPACE}${rest}${SPACE}${part}`}`;
  }
  if (millis >= 9995) return `${trimmed(millis / 1000, 1)}${SPACE}s`;
  if (millis >= 999.5) return `${trimmed(millis / 1000, 2)}${SPACE}s`;
  if (millis >= 19.95) return `${trimmed(millis, 0)}${SPACE}ms`;
  if (millis >= 9.95) return `${dropZeros(trimmed(millis, 1))}${SPACE}ms`;
  if (millis >= 0.995) return `${trimmed(millis, 1)}${SPACE}ms`;
  return millis === 0 ? `0${SPACE}ms` : `${dropZeros(millis.toPrecision(2))}${SPACE}ms`;
}

const SMALLEST_UNIT = [1e-3, 'µs'] as const;
const MARK_UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
] as const;

/** The tick label of a duration axis: as short as possible. */
export function durationMark(millis: number): string {
  if (millis === 0) return '0';
  if (millis < 0) return MINUS + durationMark(-millis);
  const [size, unit] = MARK_UNITS.find(([least]) => millis >= least) ?? SMALLEST_UNIT;
  return `${dropZeros((millis / size).toPrecision(3))}${SPACE}${unit}`;
}

/** A share of 0 to 1: whole per cent from 10 %, one decimal from 1 %, two below, `< 0.01 %`. */
export function share(value: number): string {
  const percent = value * 100;
  if (percent === 0) return `0${SPACE}%`;
  if (percent < 0.01) return `<${SPACE}0.01${SPACE}%`;
  const digits = percent >= 9.95 ? 0 : percent >= 0.995 ? 1 : 2;
  const text = trimmed(percent, digits);
  // A share just below all is not shown as 100 %.
  if (Number(text) === 100 && value < 1) return `>${SPACE}99${SPACE}%`;
  return `${digits === 0 ? text : dropZeros(text)}${SPACE}%`;
}

/** An interval as words: `3.4 % to 4.4 %`. */
export const range = (low: number, high: number, say: (value: number) => string): string => {
  const [from, to] = [say(low), say(high)];
  return from === to ? from : `${from} to ${to}`;
};

/** Bytes, 1,024-based, as platforms sell memory. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = Math.abs(value);
  let unit = 0;
  while (size >= 1023.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${value < 0 ? MINUS : ''}${figure(size)}${SPACE}${units[unit]}`;
}

/** Money in US dollars: `< $0.01`, `$0.48`, `$12.40`, `$1,240`. */
export function dollars(value: number): string {
  if (value < 0) return MINUS + dollars(-value);
  if (value === 0) return '$0';
  if (value < 0.01) return `<${SPACE}$0.01`;
  return value >= 1000 ? `$${grouped(Math.round(value))}` : `$${trimmed(value, 2)}`;
}

/** A factor: `2.0 ×`. */
export const times = (value: number): string =>
  `${value >= 10 ? trimmed(value, 0) : trimmed(value, 1)}${SPACE}×`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in UTC: `28 Nov 2026 14:32:07Z`. */
export function moment(timeMs: number): string {
  const at = new Date(timeMs);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${clock(timeMs)}Z`;
}

/** The time of day in UTC: `14:32:07`. */
export function clock(timeMs: number): string {
  const at = new Date(timeMs);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** A range in UTC, with the day only once if both are the same. */
export function span(fromMs: number, toMs: number): string {
  const from = moment(fromMs);
  const to = moment(toMs);
  const day = from.slice(0, -'00:00:00Z'.length);
  return to.startsWith(day) ? `${from.slice(0, -1)} to ${clock(toMs)}Z` : `${from} to ${to}`;
}

/** Control characters, and invisible or direction-changing ones, never appear in a chart. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name from outside, on one line and cut in the middle: at most this many characters. */
export function name(text: string, most = 40): string {
  const plain = Array.from(text.replaceAll(UNSEEN, ' ').trim());
  return plain.length <= most ? plain.join('') : `${plain.slice(0, most - 1).join('')}…`;
}

/** The first eight characters of an id. */
export const shortId = (id: string): string => Array.from(name(id, 256)).slice(0, 8).join('');

/** The words for a small number in a sentence; digits from thirteen on. */
export function spelled(value: number): string {
  const words = [
    'no',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
  ];
  return words[value] ?? (value === 12 ? 'twelve' : count(value));
}

/** Capitalises the first letter. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
