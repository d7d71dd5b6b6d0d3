import { resolve } from 'node:path';
import { forwardTarget } from '../forward/index.ts';
import type { Connection } from '../store/client.ts';
import type { Retention } from '../store/retention.ts';
import { readClickHouse } from './clickhouse.ts';
import type { IngestConfig } from './ingest.ts';
import { INGEST_OPTIONS, readIngest } from './ingest.ts';
import type { Option } from './option.ts';
import type { SecurityConfig } from './security.ts';
import { readSecurity, SECURITY_OPTIONS } from './security.ts';
import { readRetention, RETENTION_OPTIONS } from './retention.ts';
import type { Settings } from './settings.ts';

/** What `sandscope up` runs with. */
export interface CollectorConfig extends SecurityConfig, IngestConfig {
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
  /** A request has this long to arrive, its head half of it. Default 30 s. */
  readonly requestTimeoutMillis?: number;
  /** Bound of the inbox. Default 1 GiB. */
  readonly inboxMaxBytes?: number;
  /** Free bytes the inbox leaves on its file system. Default 256 MiB. */
  readonly inboxMinFreeBytes?: number;
  /** Bound of the embedded engine's memory. Default 1 GiB. */
  readonly engineMemoryBytes?: number;
  /** How long each kind of data is kept. */
  readonly retention?: Retention;
  /** A ClickHouse of the operator's, used instead of the embedded engine. */
  readonly clickhouse?: Connection;
}

export const DATA_OPTION: Option = {
  name: 'data',
  value: 'DIR',
  help: 'where everything is kept',
  fallback: './.sandscope',
};

export const UP_OPTIONS: readonly Option[] = [
  { name: 'port', value: 'N', help: 'port for OTLP, API and page', fallback: '4318' },
  { name: 'host', value: 'ADDRESS', help: 'address to bind', fallback: '127.0.0.1' },
  DATA_OPTION,
  {
    name: 'forward',
    value: 'URL',
    multiple: true,
    help: 'send every span on to this OTLP/HTTP endpoint too',
  },
  { name: 'max-body-bytes', value: 'N', help: 'limit of one request', fallback: '16MiB' },
  { name: 'request-timeout', value: 'SECONDS', help: 'a request has this long to arrive', fallback: '30' },
  { name: 'inbox-max-bytes', value: 'N', help: 'bound of what waits on disk', fallback: '1GiB' },
  { name: 'inbox-min-free-bytes', value: 'N', help: 'disk space left alone', fallback: '256MiB' },
  { name: 'engine-memory', value: 'N', help: 'bound of the engine’s memory', fallback: '1GiB' },
  ...RETENTION_OPTIONS,
  { name: 'engine-memory-bytes', value: 'N', help: 'the same' },
  ...INGEST_OPTIONS,
  ...SECURITY_OPTIONS,
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
  const config = {
    host: settings.text('host') ?? '127.0.0.1',
    port: settings.port('port') ?? 4318,
    dataDir: readDataDir(settings),
    forward: [...new Set(settings.list('forward').map((url) => forwardTarget(url)))],
    maxBodyBytes: settings.size('max-body-bytes'),
    requestTimeoutMillis: requestTimeoutSeconds && requestTimeoutSeconds * 1000,
    inboxMaxBytes: settings.size('inbox-max-bytes'),
    inboxMinFreeBytes: settings.size('inbox-min-free-bytes'),
    engineMemoryBytes: settings.size('engine-memory') ?? settings.size('engine-memory-bytes'),
    retention: readRetention(settings),
    clickhouse: readClickHouse(settings),
    ...readIngest(settings),
    ...readSecurity(settings),
  };
  return withoutUndefined(config);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(object: T): Present<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as unknown as Present<T>;
}
