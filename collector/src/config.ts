import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CollectorError } from './errors.ts';
import { forwardTarget } from './forward/index.ts';
import type { Connection } from './store/client.ts';

/** What `sandscope up` runs with. */
export interface CollectorConfig {
  /** Address to bind. Default 127.0.0.1. */
  readonly host: string;
  /** Default 4318; 0 takes any free one. */
  readonly port: number;
  /** Absolute path. Default `./.sandscope`. */
  readonly dataDir: string;
  /** Full URLs every request is forwarded to. */
  readonly forward: readonly string[];
  /** Limit of an OTLP body, before and after decompression. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Bound of the inbox. Default 1 GiB. */
  readonly inboxMaxBytes?: number;
  /** Free bytes the inbox leaves on its file system. Default 256 MiB. */
  readonly inboxMinFreeBytes?: number;
  /** Bound of the embedded engine's memory. Default 1 GiB. */
  readonly engineMemoryBytes?: number;
  /** A ClickHouse of the operator's, used instead of the embedded engine. */
  readonly clickhouse?: Connection;
}

export type Command =
  | { readonly kind: 'up'; readonly config: CollectorConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export const HELP = `sandscope: the servers behind serverless functions

  sandscope up [options]     receive spans, keep them, answer questions

  --port N                   port for OTLP, API and page (SANDSCOPE_PORT, 4318)
  --host ADDRESS             address to bind (SANDSCOPE_HOST, 127.0.0.1)
  --data DIR                 where everything is kept (SANDSCOPE_DATA, ./.sandscope)
  --forward URL              send every span on to this OTLP/HTTP endpoint too; may be
                             repeated (SANDSCOPE_FORWARD, separated by commas)
  --max-body-bytes N         limit of one request (SANDSCOPE_MAX_BODY_BYTES, 16MiB)
  --inbox-max-bytes N        bound of what waits on disk (SANDSCOPE_INBOX_MAX_BYTES, 1GiB)
  --inbox-min-free-bytes N   disk space left alone (SANDSCOPE_INBOX_MIN_FREE_BYTES, 256MiB)
  --engine-memory-bytes N    bound of the engine's memory (SANDSCOPE_ENGINE_MEMORY_BYTES, 1GiB)
  --help, --version

Sizes are in bytes, or with KiB, MiB or GiB. SANDSCOPE_CLICKHOUSE_URL (with _USER, _PASSWORD
and _DATABASE) names a ClickHouse to use instead of the embedded engine.
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  forward: { type: 'string', multiple: true },
  'max-body-bytes': { type: 'string' },
  'inbox-max-bytes': { type: 'string' },
  'inbox-min-free-bytes': { type: 'string' },
  'engine-memory-bytes': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

type Env = Readonly<Record<string, string | undefined>>;
type SizeOption = 'max-body-bytes' | 'inbox-max-bytes' | 'inbox-min-free-bytes' | 'engine-memory-bytes';

/**
 * The command of a command line; what it leaves open comes from the environment, then from the defaults.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the option or variable and the value.
 */
export function parseCommand(args: readonly string[], env: Env): Command {
  const { values, positionals } = parse(args);
  if (values.help === true || (args.length === 0 && positionals.length === 0)) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [command, extra] = positionals;
  if (command !== 'up') throw badOption(`there is no command "${command ?? ''}"; see sandscope --help`);
  if (extra !== undefined) throw badOption(`"${extra}" is not an option; see sandscope --help`);

  const textOf = (option: 'port' | 'host' | 'data' | SizeOption): Setting | undefined =>
    settingOf(option, values[option], env);
  const size = (option: SizeOption): number | undefined => sizeOf(textOf(option));
  const forward = values.forward ?? env['SANDSCOPE_FORWARD']?.split(/[\s,]+/).filter(Boolean) ?? [];
  const clickhouse = clickhouseOf(env);
  const sizes = {
    maxBodyBytes: size('max-body-bytes'),
    inboxMaxBytes: size('inbox-max-bytes'),
    inboxMinFreeBytes: size('inbox-min-free-bytes'),
    engineMemoryBytes: size('engine-memory-bytes'),
  };
  const config: CollectorConfig = {
    host: textOf('host')?.text ?? '127.0.0.1',
    port: portOf(textOf('port')),
    dataDir: resolve(textOf('data')?.text ?? '.sandscope'),
    forward: [...new Set(forward.map((url) => forwardTarget(url)))],
    ...(Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined)) as SizeConfig),
    ...(clickhouse !== undefined && { clickhouse }),
  };
  return { kind: 'up', config };
}

/** The version of this package. */
export function versionOf(): string {
  // Beside the built files, one above the sources.
  const file = new URL(
    import.meta.url.endsWith('.ts') ? '../package.json' : './package.json',
    import.meta.url,
  );
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A value and where it was read, for the error that names it. */
interface Setting {
  readonly text: string;
  readonly name: string;
}

type SizeConfig = Pick<
  CollectorConfig,
  'maxBodyBytes' | 'inboxMaxBytes' | 'inboxMinFreeBytes' | 'engineMemoryBytes'
>;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CollectorError('ERR_OPTION', (error as Error).message, { cause: error });
  }
}

function settingOf(option: string, value: string | undefined, env: Env): Setting | undefined {
  if (value !== undefined) return { text: value, name: `--${option}` };
  const name = `SANDSCOPE_${option.replaceAll('-', '_').toUpperCase()}`;
  const text = env[name];
  return text === undefined || text === '' ? undefined : { text, name };
}

function portOf(setting: Setting | undefined): number {
  if (setting === undefined) return 4318;
  const port = /^\d{1,5}$/.test(setting.text) ? Number(setting.text) : Number.NaN;
  if (port <= 65_535) return port;
  throw badOption(`${setting.name} is not a port from 0 to 65535: "${setting.text}"`);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

function sizeOf(setting: Setting | undefined): number | undefined {
  if (setting === undefined) return undefined;
  const match = /^(\d{1,15})\s*(|kib|mib|gib)$/i.exec(setting.text);
  const bytes = Number(match?.[1]) * (UNITS[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw badOption(`${setting.name} is not a size in bytes, KiB, MiB or GiB: "${setting.text}"`);
}

function clickhouseOf(env: Env): Connection | undefined {
  const url = env['SANDSCOPE_CLICKHOUSE_URL'];
  if (url === undefined || url === '') return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw badOption(`SANDSCOPE_CLICKHOUSE_URL is not an http or https URL: "${url}"`);
  }
  return {
    url,
    user: env['SANDSCOPE_CLICKHOUSE_USER'] ?? 'default',
    password: env['SANDSCOPE_CLICKHOUSE_PASSWORD'] ?? '',
    database: env['SANDSCOPE_CLICKHOUSE_DATABASE'] ?? 'sandscope',
  };
}

function badOption(message: string): CollectorError {
  return new CollectorError('ERR_OPTION', message);
}
