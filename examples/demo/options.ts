import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Length of the load in ms; absent: until Ctrl-C. */
  readonly forMillis?: number;
  /** One JSON document on standard output instead of the live summary. */
  readonly json: boolean;
  /** Port of the collector; 0 picks a free one. Default 4318, or a free one if that is taken. */
  readonly port?: number;
  readonly hosts: number;
  /** OTLP endpoint such as Jaeger's; passed on to the collector. */
  readonly forward: readonly string[];
  /** Seeds the load, so that two runs send the same sequence. */
  readonly seed: number;
  /** Folder for the data, the truth file and the logs; if absent, a temporary one that is removed at the end. */
  readonly data?: string;
  readonly help: boolean;
}

export const USAGE = `Usage: npm start -- [options]

Starts the collector, a local platform with real sandboxes and a varied load on three wrapped functions.

  --for <time>      stop after this time: 45s, 2m (default: until Ctrl-C)
  --json            print only one JSON document when done: what the platform knows and what the collector concluded
  --port <port>     port of the collector (default 4318, or a free one when that is taken)
  --hosts <n>       hosts to spread the sandboxes over (default 3)
  --forward <url>   forward the spans to Jaeger or any OTLP endpoint; may be repeated
  --seed <n>        seed of the load (default 1)
  --data <folder>   keep data, truth file and logs here (default: a temporary folder, removed at the end)
  --help            this text
`;

/** A mistake on the command line: one sentence for the user. */
export class UsageError extends Error {}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not "${text}"`);
}

function duration(text: string): number {
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  const millis = Number(figure) * ({ ms: 1, s: 1000, m: 60_000 }[unit ?? 's'] ?? NaN);
  if (millis >= 1000 && millis <= 24 * 3_600_000) return millis;
  throw new UsageError(`--for takes a time from 1s to 24h such as 45s or 2m, not "${text}"`);
}

/** @throws {UsageError} when an option is unknown or its value is invalid */
export function parseOptions(args: readonly string[]): DemoOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        for: { type: 'string' },
        json: { type: 'boolean', default: false },
        port: { type: 'string' },
        hosts: { type: 'string', default: '3' },
        forward: { type: 'string', multiple: true, default: [] },
        seed: { type: 'string', default: '1' },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  return {
    ...(values.for !== undefined && { forMillis: duration(values.for) }),
    ...(values.port !== undefined && { port: wholeNumber('port', values.port, 0, 65_535) }),
    ...(values.data !== undefined && { data: values.data }),
    json: values.json,
    hosts: wholeNumber('hosts', values.hosts, 1, 16),
    forward: values.forward,
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    help: values.help,
  };
}
