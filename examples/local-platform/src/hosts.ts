import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostMode } from './config.ts';
import { messageOf, PlatformError } from './errors.ts';
import type { Guard } from './guard.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const START_LIMIT_MILLIS = 5000;
const DAY_SECONDS = 86_400;

/** A host as its sandboxes see it. */
export interface Host {
  /** `host-1`, `host-2`, … across all regions */
  readonly id: string;
  readonly region: string;
  /** Absent if the region has no zones. */
  readonly zone?: string;
  /** Settles when it can run sandboxes, or has failed to start. */
  readonly started: Promise<StartedHost>;
}

/** A host that can run sandboxes. */
export interface StartedHost {
  /** Command prefix that makes the command run on this host. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Absent if the host is only declared: it then has the machine's own. */
  readonly boot?: {
    readonly bootId: string;
    /** How much longer than the machine it claims to be up, s. */
    readonly bootOffsetSeconds: number;
  };
}

export interface Hosts {
  readonly mode: 'namespaces' | 'declared';
  /** Those that were started first. */
  readonly hosts: readonly Host[];
  /** Adds a host, which starts after the given time, ms. */
  add(region: string, zone: string | undefined, delayMillis: number): Host;
  remove(host: Host): Promise<void>;
  stop(): Promise<void>;
}

export interface HostsOptions {
  /** Hosts per region. */
  readonly count: number;
  /** The hosts of a region are in these zones in turn; none: they are in no zone. */
  readonly zones: readonly string[];
  readonly regions: readonly string[];
  readonly mode: HostMode;
  /** Folder for the files of the hosts. */
  readonly folder: string;
  readonly guard: Guard;
  readonly log: (message: string) => void;
}

let deathSignal: boolean | undefined;

/**
 * The prefix of a command that makes the kernel kill it when its parent ends (setpriv, util-linux 2.33 and later), or
 * nothing if there is no such command: the guard alone then kills remaining processes.
 */
export function dieWithParent(): readonly string[] {
  deathSignal ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  return deathSignal ? ['setpriv', '--pdeathsig', 'KILL'] : [];
}

interface Keeper {
  readonly host: StartedHost;
  readonly process: ChildProcess;
}

/** Starts the process that keeps the namespaces of a host open: its own boot id and its own boot time. */
async function startKeeper(
  id: string,
  index: number,
  { folder, guard }: Pick<HostsOptions, 'folder' | 'guard'>,
): Promise<Keeper> {
  const bootId = randomUUID();
  const bootIdFile = join(folder, `${id}.boot_id`);
  await writeFile(bootIdFile, `${bootId}\n`);
  const bootOffsetSeconds = (index + 1) * DAY_SECONDS + randomInt(DAY_SECONDS);
  // A time namespace applies only to children, hence the fork; the inner process dies with the outer one.
  const command = [
    ...dieWithParent(),
    ...['unshare', '--mount', '--propagation', 'private', '--time', '--boottime', String(bootOffsetSeconds)],
    ...['--fork', ...dieWithParent(), 'sh', '-c'],
    `mount --bind "$1" ${BOOT_ID} && echo "$$" && exec sleep infinity`,
    ...['keeper', bootIdFile],
  ];
  const keeper = spawn(command[0]!, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
  });
  if (keeper.pid !== undefined) guard.add(keeper.pid);
  let complaint = '';
  keeper.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const pid = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer from unshare')), START_LIMIT_MILLIS);
    createInterface({ input: keeper.stdout }).once('line', resolve);
    keeper.once('error', reject);
    keeper.once('close', () => reject(new Error(complaint.trim() || 'unshare ended')));
    keeper.once('exit', () => clearTimeout(timer));
    keeper.stdout.once('data', () => clearTimeout(timer));
  }).catch(async (error: unknown) => {
    await stopKeeper(keeper, guard);
    throw error;
  });
  return {
    process: keeper,
    host: {
      command: ['nsenter', '--target', pid, '--mount', '--time'],
      environment: {},
      boot: { bootId, bootOffsetSeconds },
    },
  };
}

async function stopKeeper(keeper: ChildProcess, guard: Guard): Promise<void> {
  const { pid } = keeper;
  if (pid === undefined) return;
  if (keeper.exitCode === null && keeper.signalCode === null) {
    const exited = once(keeper, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exited;
  }
  guard.remove(pid);
}

/** Makes hosts of one kind, with numbers in the order in which they are made. */
class HostMaker implements Hosts {
  readonly mode: Hosts['mode'];
  readonly hosts: readonly Host[];
  readonly #options: HostsOptions;
  readonly #keepers = new Map<string, Promise<Keeper>>();
  readonly #stopped = new AbortController();
  #made = 0;

  constructor(mode: Hosts['mode'], options: HostsOptions) {
    this.mode = mode;
    this.#options = options;
    const { zones, count } = options;
    this.hosts = options.regions.flatMap((region) =>
      Array.from({ length: count }, (_, index) => this.#make(region, zones[index % zones.length])),
    );
  }

  add(region: string, zone: string | undefined, delayMillis: number): Host {
    return this.#make(region, zone, sleep(delayMillis, undefined, { signal: this.#stopped.signal }));
  }

  async remove({ id }: Pick<Host, 'id'>): Promise<void> {
    const keeper = await this.#keepers.get(id)?.catch(() => undefined);
    this.#keepers.delete(id);
    if (keeper) await stopKeeper(keeper.process, this.#options.guard);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(Array.from(this.#keepers.keys(), (id) => this.remove({ id })));
  }

  #make(region: string, zone: string | undefined, before: Promise<unknown> = Promise.resolve()): Host {
    const index = this.#made;
    this.#made += 1;
    const id = `host-${index + 1}`;
    const started = this.#start(id, index, before);
    // Whoever waits for it learns of a failure.
    started.catch(() => {});
    return { id, region, ...(zone !== undefined && { zone }), started };
  }

  async #start(id: string, index: number, before: Promise<unknown>): Promise<StartedHost> {
    if (this.mode === 'declared') {
      await before;
      return { command: [], environment: { SANDSCOPE_HOST_ID: id } };
    }
    const keeper = before.then(() => startKeeper(id, index, this.#options));
    this.#keepers.set(id, keeper);
    return (await keeper).host;
  }
}

/**
 * Creates hosts: each with its own boot id and boot time in namespaces if that is permitted (Linux 5.6 and later, as
 * root), otherwise only declared to the sandboxes in `SANDSCOPE_HOST_ID`.
 *
 * @returns once all of them are started
 * @throws {PlatformError} `ERR_HOSTS` if namespaces are required and not permitted
 */
export async function startHosts(options: HostsOptions): Promise<Hosts> {
  if (options.mode !== 'declared') {
    const maker = new HostMaker('namespaces', options);
    const started = await Promise.allSettled(maker.hosts.map((host) => host.started));
    const refused = started.find((one) => one.status === 'rejected');
    if (!refused) return maker;
    await maker.stop();
    const why = messageOf(refused.reason);
    if (options.mode === 'namespaces')
      throw new PlatformError('ERR_HOSTS', `hosts cannot be made with namespaces here: ${why}`);
    options.log(`hosts are declared, not made with namespaces: ${why}`);
  }
  return new HostMaker('declared', options);
}
