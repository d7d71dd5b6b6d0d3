import { ProbeError } from '../errors.ts';

const DIGITS = /^\d+$/;

/**
 * A non-negative whole number that a double represents exactly.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` for anything else, with `what` in the message
 */
export function wholeNumber(text: string | undefined, what: string): number {
  if (text !== undefined && DIGITS.test(text)) {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
  }
  throw new ProbeError(
    'ERR_PROC_FORMAT',
    `${what} is ${text === undefined ? 'missing' : `"${text.slice(0, 40)}"`}`,
  );
}

/** Like `wholeNumber`, but undefined instead of an error: for columns that older kernels do not have. */
export function optionalWholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !DIGITS.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The number after `label` at the start of a line, as in `VmRSS:     1680 kB` (label `VmRSS:`) or `throttled_usec 12`
 * (label `throttled_usec`). Undefined if there is no such line or no complete number on it.
 */
export function labelledNumber(text: string, label: string): number | undefined {
  let at = text.startsWith(label) ? 0 : text.indexOf(`\n${label}`);
  if (at < 0) return undefined;
  at += (at === 0 ? 0 : 1) + label.length;
  const end = text.indexOf('\n', at);
  // A line without a final newline may be truncated in the middle of the number.
  if (end < 0) return undefined;
  const [number] = text.slice(at, end).trim().split(/\s/, 1);
  return optionalWholeNumber(number);
}
