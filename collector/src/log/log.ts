import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  /** Lowest level that is logged. Default `info`. */
  readonly level?: LogLevel;
  /** Default standard error. */
  readonly stream?: DestinationStream & { readonly isTTY?: boolean };
}

/**
 * The log of a collector: JSON, one object per line with `level`, `time` (RFC 3339, UTC) and `msg`; on a terminal the
 * same in readable form. Lines are written at once, so the last line before a crash is not lost.
 *
 * ```ts
 * createLog({ level: 'warn' }).warn('the disk is full');
 * // {"level":"warn","time":"2026-03-01T10:00:00.000Z","name":"sandscope","msg":"the disk is full"}
 * ```
 */
export function createLog({ level = 'info', stream = process.stderr }: LogOptions = {}): Logger {
  const forPeople = stream.isTTY === true ? prettyFactory({ ignore: 'name', colorize: true }) : undefined;
  const destination = forPeople ? { write: (line: string) => stream.write(forPeople(line)) } : stream;
  return pino(
    {
      level,
      base: { name: 'sandscope' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
