import { resolve } from 'node:path';
import type { ForwardHeaders } from '../forward/index.ts';
import type { PricePlan } from '../prices/index.ts';
import { parsePlans } from '../prices/index.ts';
import { forwardTarget, parseHeaderFile, parseHeaderList } from '../forward/index.ts';
import type { Connection } from '../store/client.ts';
import type { Retention } from '../store/retention.ts';
import type { LogLevel } from '../log/log.ts';
import { LOG_LEVELS } from '../log/log.ts';
import { CLICKHOUSE_VARIABLES, readClickHouse } from './clickhouse.ts';
import type { IngestConfig } from './ingest.ts';
import { INGEST_OPTIONS, readIngest } from './ingest.ts';
import type { Option } from './option.ts';
import type { SecurityConfig } from './security.ts';
import { readSecurity, SECURITY_OPTIONS, TOKEN_VARIABLES } from './security.ts';
import { readRetention, RETENTION_OPTIONS } from './retention.ts';
import type { Settings } from './settings.ts';
import { badOption, readSetting } from './settings.ts';

/** The configuration that `sandscope up` runs with. */
export interface CollectorConfig extends SecurityConfig, IngestConfig {
  /** Address to bind. Default 127.0.0.1. */
  readonly host: string;
  /** Default 4318; 0 takes any free port. */
  readonly port: number;
  /** Absolute path. Default `./.sandscope`. */
  readonly dataDir: string;
  /** Full URLs to which every request is forwarded. */
  readonly forward: readonly string[];
  /** Headers to send along, by URL. */
  readonly forwardHeaders?: ForwardHeaders;
  /** Limit of an OTLP body, before and after decompression. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Time for a request to arrive in full; its headers have half of it. Default 30 s. */
  readonly requestTimeoutMillis?: number;
  /** Maximum size of the inbox. Default 1 GiB. */
  readonly inboxMaxBytes?: number;
  /** Free space the inbox leaves on its file system, bytes. Default 256 MiB. */
  readonly inboxMinFreeBytes?: number;
  /** Memory limit of the embedded engine. Default 1 GiB. */
  readonly engineMemoryBytes?: number;
  /** How long each kind of data is kept. */
  readonly retention?: Retention;
  /** The user's own price plans, which take precedence over the built-in ones. */
  readonly prices?: readonly PricePlan[];
  /** Lowest level that is logged. Default `info`. */
  readonly logLevel?: LogLevel;
  /** Users may query the views `v1_*` in SQL. Default false. */
  readonly sql?: boolean;
  /**
   * True for a collector that runs only until it has answered a question. It forwards nothing but keeps the cursor of
   * every forward target, and it leaves retention and maintenance of the store to the regular collector. Default false.
   */
  readonly isTemporary?: boolean;
  /** A ClickHouse of the operator's, used instead of the embedded engine. */
  readonly clickhouse?: Connection;
}

export const DATA_OPTION: Option = {
  name: 'data',
  value: 'DIR',
  help: 'the data directory',
  fallback: './.sandscope',
};

export const UP_OPTIONS: readonly Option[] = [
  {
    name: 'port',
    value: 'N',
    help: 'port for OTLP, the API and the page; 0 takes any free port',
    fallback: '4318',
  },
  { name: 'host', value: 'ADDRESS', help: 'address to listen on', fallback: '127.0.0.1' },
  DATA_OPTION,
  {
    name: 'forward',
    value: 'URL',
    multiple: true,
    help: 'forward every span to this OTLP/HTTP endpoint as well',
  },
  {
    name: 'forward-headers-file',
    value: 'FILE',
    help: 'headers for forward targets: "name: value" lines; those after a line "[URL]" go to that target only',
  },
  {
    name: 'max-body-bytes',
    value: 'N',
    help: 'maximum size of a request, before and after decompression',
    fallback: '16MiB',
  },
  {
    name: 'request-timeout',
    value: 'SECONDS',
    help: 'maximum time for a request to arrive',
    fallback: '30',
  },
  {
    name: 'inbox-max-bytes',
    value: 'N',
    help: 'maximum size of requests on disk that wait to be stored or forwarded',
    fallback: '1GiB',
  },
  { name: 'inbox-min-free-bytes', value: 'N', help: 'disk space that must stay free', fallback: '256MiB' },
  {
    name: 'engine-memory',
    value: 'N',
    help: 'maximum memory of the embedded engine, at least 128MiB',
    fallback: '1GiB',
  },
  { name: 'engine-memory-bytes', value: 'N', help: 'the older name of --engine-memory' },
  {
    name: 'sql',
    help: 'create the views v1_* for SQL, and serve them at /sql, read-only, as ClickHouse’s HTTP interface does; with a ClickHouse server of your own, the views are created there and there is no /sql',
  },
  ...RETENTION_OPTIONS,
  {
    name: 'prices',
    value: 'FILE',
    help: 'your own price plans, as JSON (docs/prices.md)',
    fallback: 'list prices',
  },
  {
    name: 'log-level',
    value: 'LEVEL',
    help: `the lowest level that is logged: ${LOG_LEVELS.join(', ')}`,
    fallback: 'info',
  },
  ...INGEST_OPTIONS,
  ...SECURITY_OPTIONS,
];

/** Variables that belong to no option, by their full names. */
export const OTHER_VARIABLES: readonly string[] = [
  ...CLICKHOUSE_VARIABLES,
  ...TOKEN_VARIABLES,
  'SANDSCOPE_FORWARD_HEADERS',
  'SANDSCOPE_MCP_TOKEN',
];

export function readDataDir(settings: Settings): string {
  return resolve(settings.text('data') ?? '.sandscope');
}

/**
 * The configuration of `sandscope up`.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the option or variable and the value.
 */
export function readConfig(settings: Settings): CollectorConfig {
  const requestTimeoutSeconds = settings.count('request-timeout');
  const forward = [...new Set(settings.list('forward').map((url) => forwardTarget(url)))];
  const config = {
    host: settings.text('host') ?? '127.0.0.1',
    port: settings.port('port') ?? 4318,
    dataDir: readDataDir(settings),
    forward,
    forwardHeaders: readForwardHeaders(settings, forward),
    maxBodyBytes: settings.size('max-body-bytes'),
    requestTimeoutMillis: requestTimeoutSeconds && requestTimeoutSeconds * 1000,
    inboxMaxBytes: settings.size('inbox-max-bytes'),
    inboxMinFreeBytes: settings.size('inbox-min-free-bytes'),
    engineMemoryBytes: readEngineMemory(settings),
    retention: readRetention(settings),
    prices: readPrices(settings),
    logLevel: settings.oneOf('log-level', LOG_LEVELS),
    sql: settings.flag('sql') ? true : undefined,
    clickhouse: readClickHouse(settings),
    ...readIngest(settings),
    ...readSecurity(settings),
  };
  return withoutUndefined(config);
}

/** With less memory the engine does not load its tables. */
const MIN_ENGINE_MEMORY_BYTES = 128 * 1024 ** 2;

function readEngineMemory(settings: Settings): number | undefined {
  const option = settings.setting('engine-memory') === undefined ? 'engine-memory-bytes' : 'engine-memory';
  const bytes = settings.size(option);
  if (bytes === undefined || bytes >= MIN_ENGINE_MEMORY_BYTES) return bytes;
  const { name, text } = settings.setting(option) ?? { name: option, text: '' };
  throw badOption(`${name} is below 128MiB, the minimum for the engine: "${text}"`);
}

function readPrices(settings: Settings): readonly PricePlan[] | undefined {
  const setting = settings.setting('prices');
  return setting && parsePlans(readSetting(setting), setting.name);
}

const HEADERS_VARIABLE = 'SANDSCOPE_FORWARD_HEADERS';

/** Never from the command line, which every user of the machine can read. */
function readForwardHeaders(settings: Settings, targets: readonly string[]): ForwardHeaders | undefined {
  const file = settings.setting('forward-headers-file');
  const list = settings.variable(HEADERS_VARIABLE);
  const given = file ?? list;
  if (given === undefined) return undefined;
  if (file !== undefined && list !== undefined) {
    throw badOption(`${file.name} and ${list.name} are both set; remove one of them`);
  }
  if (targets.length === 0) throw badOption(`${given.name} has no effect without --forward`);
  return file === undefined
    ? parseHeaderList(given.text, targets, given.name)
    : parseHeaderFile(readSetting(file), targets, file.text);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(object: T): Present<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as unknown as Present<T>;
}
