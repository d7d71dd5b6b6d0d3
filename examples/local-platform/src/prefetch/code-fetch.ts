import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionConfig } from '../config.ts';
import { Fields } from '../config/fields.ts';
import type { Host } from '../hosts.ts';
import { ofHost } from '../host-scaling/region-hosts.ts';
import type { Truth } from '../truth.ts';
import type { PrefetchPolicy } from './policy.ts';
import { startPrefetch } from './registry.ts';

/** How long a host takes to fetch the code of a function from where it is stored. */
export interface CodeFetchConfig {
  /** For code of any size, ms. */
  readonly latencyMillis: number;
  /** Absent: the size does not matter. */
  readonly megabytesPerSecond?: number;
}

/** @throws {PlatformError} `ERR_CONFIG` */
export function parseCodeFetch(path: string, value: unknown): CodeFetchConfig {
  const given = new Fields(path, value, ['latencyMillis', 'megabytesPerSecond']);
  const latencyMillis = given.number('latencyMillis', 0, 0, 60_000);
  if (given.raw('megabytesPerSecond') === undefined) return { latencyMillis };
  return { latencyMillis, megabytesPerSecond: given.number('megabytesPerSecond', undefined, 0.001, 1e6) };
}

export interface VersionCodeOptions {
  readonly config: FunctionConfig;
  readonly revision: number;
  /** Folder of the staged function. */
  readonly taskRoot: string;
  readonly fetch: CodeFetchConfig;
  /** Hosts of the function's region. */
  readonly hosts: () => readonly Host[];
  readonly truth: Truth;
}

/** The code of one version of a function: which hosts have it, and when others fetch it. */
export class VersionCode {
  readonly #options: VersionCodeOptions;
  readonly #policy: PrefetchPolicy;
  readonly #bytes: number;
  /** Settled once the code is there. */
  readonly #fetches = new WeakMap<Host, Promise<void>>();

  constructor(options: VersionCodeOptions) {
    this.#options = options;
    this.#policy = startPrefetch(options.config.prefetch);
    this.#bytes = folderBytes(options.taskRoot);
    this.#prefetch(this.#policy.deployed(options.hosts()));
  }

  /** A host was added. */
  hostAdded(host: Host): void {
    if (this.#policy.added()) this.#prefetch([host]);
  }

  /** A sandbox starts on a host. Resolves when the code is there. */
  async needed(host: Host): Promise<void> {
    const fetched = this.#fetch(host, 'start');
    this.#prefetch(this.#policy.started(this.#options.hosts()));
    return fetched;
  }

  #prefetch(hosts: readonly Host[]): void {
    for (const host of hosts) {
      // A host that did not start needs no code.
      host.started.then(() => this.#fetch(host, 'prefetch')).catch(() => {});
    }
  }

  #fetch(host: Host, reason: 'start' | 'prefetch'): Promise<void> {
    const known = this.#fetches.get(host);
    if (known) return known;
    const { config, revision, truth, fetch } = this.#options;
    const { latencyMillis, megabytesPerSecond } = fetch;
    const bytes = this.#bytes;
    const tookMillis =
      latencyMillis + (megabytesPerSecond === undefined ? 0 : bytes / (megabytesPerSecond * 1e3));
    const fetched = sleep(tookMillis, undefined, { ref: false });
    this.#fetches.set(host, fetched);
    const { name, region, account } = config;
    truth.record({
      event: 'fetch',
      ...ofHost(host),
      function: name,
      region,
      account,
      revision,
      reason,
      bytes,
      takesMillis: tookMillis,
    });
    return fetched;
  }
}

/** Size of all files in a folder. */
function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, path) => {
    const found = statSync(join(folder, path));
    return found.isFile() ? sum + found.size : sum;
  }, 0);
}
