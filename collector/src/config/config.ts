import { resolve } from 'node:path';
import { forwardTarget } from '../forward/index.ts';
import type { Connection } from '../store/client.ts';
import { readClickHouse } from './clickhouse.ts';
import type { Option } from './option.ts';
import type { Settings } from './settings.ts';

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
  { name: 'inbox-max-bytes', value: 'N', help: 'bound of what waits on disk', fallback: '1GiB' },
  { name: 'inbox-min-free-bytes', value: 'N', help: 'disk space left alone', fallback: '256MiB' },
  { name: 'engine-memory-bytes', value: 'N', help: 'bound of the engine’s memory', fallback: '1GiB' },
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
  const config = {
    host: settings.text('host') ?? '127.0.0.1',
    port: settings.port('port') ?? 4318,
    dataDir: readDataDir(settings),
    forward: [...new Set(settings.list('forward').map((url) => forwardTarget(url)))],
    maxBodyBytes: settings.size('max-body-bytes'),
    inboxMaxBytes: settings.size('inbox-max-bytes'),
    inboxMinFreeBytes: settings.size('inbox-min-free-bytes'),
    engineMemoryBytes: settings.size('engine-memory-bytes'),
    clickhouse: readClickHouse(settings),
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
