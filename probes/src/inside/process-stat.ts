import { ProbeError } from '../errors.ts';
import { wholeNumber } from './numbers.ts';
import { readText } from './read-text.ts';

/**
 * Field 22 of /proc/PID/stat: when the process started, clock ticks (1/100 s) after boot. Together with the pid it
 * identifies a process permanently; the pid alone is reused.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if the line is truncated or the field is not a number
 */
export function parseStartTicks(text: string): number {
  // Field 2 is the program's own name in brackets and may contain spaces and brackets: count from the last bracket.
  const close = text.lastIndexOf(')');
  if (close < 0) throw new ProbeError('ERR_PROC_FORMAT', '/proc/PID/stat has no command name');
  const fields = text.slice(close + 2).split(' ');
  if (fields.length < 21) throw new ProbeError('ERR_PROC_FORMAT', '/proc/PID/stat ends before field 23');
  return wholeNumber(fields[19], '/proc/PID/stat field 22');
}

/** Start of process `pid` in clock ticks after boot; undefined without such a process or /proc. Never throws. */
export function readStartTicks(pid: number | 'self' = 'self', root = '/proc'): number | undefined {
  try {
    return parseStartTicks(readText(`${root}/${pid}/stat`));
  } catch {
    return undefined;
  }
}
