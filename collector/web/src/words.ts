/** Formats of numbers, times and ids: a non-breaking space before the unit, a comma for thousands, a true minus. */
const NBSP = '\u00A0';

const thousands = (whole: number): string => String(whole).replaceAll(/\B(?=(\d{3})+$)/g, ',');
const bare = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** In full up to a million, then `3.1 M`. */
export function count(value: number): string {
  const size = Math.abs(Math.round(value));
  const text = size > 1_000_000 ? `${bare((size / 1e6).toFixed(1))}${NBSP}M` : thousands(size);
  return value < 0 ? `−${text}` : text;
}

/** `1 call`, `5 calls`. */
export const counted = (value: number, thing: string, things = `${thing}s`): string =>
  `${count(value)}${NBSP}${Math.round(value) === 1 ? thing : things}`;

const LONG = [
  ['d', 86_400_000, 'h', 3_600_000],
  ['h', 3_600_000, 'min', 60_000],
  ['min', 60_000, 's', 1000],
] as const;

/** `0.05 ms`, `9.4 ms`, `436 ms`, `1.90 s`, `12.4 s`, `5 min 19 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(millis: number): string {
  if (millis < 0) return `−${duration(-millis)}`;
  for (const [unit, size, part, partSize] of LONG) {
    const parts = Math.round(millis / partSize);
    if (parts * partSize < size) continue;
    const whole = Math.floor((parts * partSize) / size);
    const rest = parts - (whole * size) / partSize;
    return `${whole}${NBSP}${unit}${rest === 0 ? '' : `${NBSP}${rest}${NBSP}${part}`}`;
  }
  if (millis >= 9995) return `${(millis / 1000).toFixed(1)}${NBSP}s`;
  if (millis >= 999.5) return `${(millis / 1000).toFixed(2)}${NBSP}s`;
  if (millis >= 99.5) return `${millis.toFixed(0)}${NBSP}ms`;
  if (millis >= 0.995) return `${millis.toFixed(1)}${NBSP}ms`;
  return millis === 0 ? `0${NBSP}ms` : `${bare(millis.toPrecision(2))}${NBSP}ms`;
}

/** A label on an axis of durations, as short as possible. */
export function durationMark(millis: number): string {
  if (millis === 0) return '0';
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
    [0, 'µs'],
  ] as const;
  const [size, unit] = units.find(([least]) => millis >= least) ?? [1, 'ms'];
  return `${bare((millis / (size || 0.001)).toPrecision(3))}${NBSP}${unit}`;
}

/** A share of 0 to 1: whole per cent from 10 %, one decimal from 1 %, two below. */
export function share(value: number): string {
  const percent = value * 100;
  if (percent === 0) return `0${NBSP}%`;
  if (percent < 0.01) return `<${NBSP}0.01${NBSP}%`;
  const text = percent.toFixed(percent >= 9.95 ? 0 : percent >= 0.995 ? 1 : 2);
  return text === '100' && value < 1 ? `>${NBSP}99${NBSP}%` : `${text}${NBSP}%`;
}

/** A change of a share: `+12 %`, `−0.51 %`; `0 %` for one that is smaller than what is said. */
export function change(value: number): string {
  const size = Math.abs(value);
  return size < 0.00005 ? share(0) : `${value < 0 ? '−' : '+'}${share(size)}`;
}

/** In everyday words: `one call in 26`, `7 calls in 10`, `every call`. */
export function oneIn(value: number, thing = 'call'): string {
  if (value >= 0.995) return `every ${thing}`;
  if (value >= 0.4) return `${Math.round(value * 10)} ${thing}s in 10`;
  return `one ${thing} in ${count(1 / value)}`;
}

/** An interval in words, without repeating the unit: `3.4 to 4.4 %`. */
export function interval(low: number, high: number, say: (value: number) => string): string {
  const [from, to] = [say(low), say(high)];
  if (from === to) return from;
  const unit = (text: string): string => text.slice(text.lastIndexOf(NBSP));
  const isShort = !from.startsWith('<') && unit(from) === unit(to) && from.split(NBSP).length === 2;
  return `${isShort ? from.slice(0, from.lastIndexOf(NBSP)) : from} to ${to}`;
}

/** 1,024-based, as platforms sell memory. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [value, 0];
  while (size >= 1023.5 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size >= 100 ? thousands(Math.round(size)) : bare(size.toFixed(1))}${NBSP}${units[unit]}`;
}

const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£' };

/** `$0.57`, `$1,240`; never finer than a cent. @param currency ISO 4217, default dollars */
export function money(value: number, currency = 'USD'): string {
  const sign = SIGNS[currency] ?? `${currency}${NBSP}`;
  if (value < 0) return `−${money(-value, currency)}`;
  if (value === 0) return `${sign}0`;
  if (value < 0.01) return `<${NBSP}${sign}0.01`;
  return `${sign}${value >= 100 ? thousands(Math.round(value)) : value.toFixed(2)}`;
}

/** A label on an axis of money, as short as possible. */
export const moneyMark = (value: number, currency = 'USD'): string =>
  `${SIGNS[currency] ?? `${currency}${NBSP}`}${value >= 1000 ? thousands(Math.round(value)) : Number(value.toPrecision(2))}`;

/** `592 MB`, `1,160 MB`: as platforms sell memory. */
export const megabytes = (value: number): string => `${thousands(Math.round(value))}${NBSP}MB`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (value: number): string => String(value).padStart(2, '0');

/** The parts of a moment in the reader's zone or in UTC. */
function parts(millis: number, utc: boolean) {
  const zoneMillis = utc ? 0 : new Date(millis).getTimezoneOffset() * 60_000;
  return new Date(millis - zoneMillis);
}

/** `14:32:07`, with `Z` in UTC. */
export function clock(millis: number, utc: boolean): string {
  const at = parts(millis, utc);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}${utc ? 'Z' : ''}`;
}

/** `Sat 28 Nov 14:32`; with the year only if it is not this year. */
export function day(millis: number, utc: boolean, nowMillis = Date.now()): string {
  const at = parts(millis, utc);
  const year =
    at.getUTCFullYear() === parts(nowMillis, utc).getUTCFullYear() ? '' : ` ${at.getUTCFullYear()}`;
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}${year} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${utc ? 'Z' : ''}`;
}

/** `Sat 28 Nov 14:32:07`. */
export const moment = (millis: number, utc: boolean, nowMillis = Date.now()): string =>
  day(millis, utc, nowMillis).replace(/\d{2}:\d{2}Z?$/, clock(millis, utc));

/** `28 Nov`. */
export function date(millis: number, utc: boolean): string {
  const at = parts(millis, utc);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

/** The first eight characters of an id. */
export const shortId = (id: string): string => Array.from(id).slice(0, 8).join('');

/** Words for small numbers in a sentence, digits from thirteen on. */
export function spelled(value: number): string {
  const words = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ');
  return words[value] ?? count(value);
}

/** Its first letter is a capital. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A function with its account and region, as far as they are known. */
export function nameIn(
  name: string,
  { accountId, region }: { readonly accountId?: string; readonly region?: string },
): string {
  const known = [accountId, region].filter((one) => one !== undefined);
  return known.length === 0 ? name : `${name} in ${known.join(', ')}`;
}
