import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { InvokeRequest } from './accepted-invocations.ts';
import { parseConfig, type FunctionConfig, type PlatformConfig, type PlatformConfigInput } from './config.ts';
import { bundleBootstrap, deployFunction } from './deploy.ts';
import { messageOf, PlatformError } from './errors.ts';
import { IdleReaper } from './eviction.ts';
import { startGuard, type Guard } from './guard.ts';
import { startHosts, type Hosts } from './hosts.ts';
import { serveInvocations } from './invoke-api.ts';
import { pickIdle, Placer } from './placement.ts';
import type { Outcome } from './runtime-api.ts';
import { newSandboxId, Sandbox, type SandboxState } from './sandbox.ts';
import { Truth, type TruthSummary } from './truth.ts';

export interface PlatformOptions {
  /** Port of the invoke endpoints on 127.0.0.1; default 0, a free one. */
  readonly port?: number;
  /** NDJSON file of what happens; replaced when it exists. Absent: only the summary is kept. */
  readonly truthFile?: string;
  /** Keeps staged functions and logs; default a temporary folder, removed at the end. */
  readonly workFolder?: string;
  /** Relative paths of the configuration start here; default the current folder. */
  readonly configFolder?: string;
  readonly log?: (message: string) => void;
}

/** A sandbox that is alive. */
export interface SandboxStatus {
  readonly sandbox: string;
  readonly function: string;
  readonly host: string;
  readonly state: SandboxState;
  /** Undefined for a moment before the process is there. */
  readonly pid: number | undefined;
  readonly invocations: number;
}

export interface PlatformHandle {
  /** Base URL of the invoke endpoints. */
  readonly url: string;
  readonly hosts: { readonly count: number; readonly mode: 'namespaces' | 'declared' };
  truth(): TruthSummary;
  status(): readonly SandboxStatus[];
  /** Stops evictions; sandboxes that are being ended already still go. */
  pauseEvictions(): void;
  resumeEvictions(): void;
  /** Ends every sandbox and host and removes temporary folders. */
  stop(): Promise<void>;
}

/** How a call ended that reached a function. */
export interface Invoked {
  readonly requestId: string;
  readonly outcome: Outcome;
}

/** Why a call did not reach a function. */
export type Refusal = 'unknown-function' | 'too-many-requests' | 'stopping';

export type CallRequest = Pick<InvokeRequest, 'payload' | 'clientContext'> & { readonly traceId?: string };

interface Deployed {
  readonly config: FunctionConfig;
  readonly taskRoot: string;
  /** All that are alive; insertion order is the order of birth. */
  readonly sandboxes: Set<Sandbox>;
  /** The frozen ones, the longest idle first. */
  readonly idle: Set<Sandbox>;
}

/** The scheduler: which sandbox runs an event, on which host a new one is made, and which are ended. */
export class Platform {
  readonly truth: Truth;
  readonly #config: PlatformConfig;
  readonly #functions: ReadonlyMap<string, Deployed>;
  readonly #hosts: Hosts;
  readonly #guard: Guard;
  readonly #folder: string;
  readonly #log: (message: string) => void;
  readonly #placer: Placer;
  readonly #reaper: IdleReaper<Sandbox>;
  #stopped = false;

  constructor(parts: {
    config: PlatformConfig;
    functions: ReadonlyMap<string, Deployed>;
    hosts: Hosts;
    guard: Guard;
    truth: Truth;
    folder: string;
    log: (message: string) => void;
  }) {
    const { config, hosts } = parts;
    this.truth = parts.truth;
    this.#config = config;
    this.#functions = parts.functions;
    this.#hosts = hosts;
    this.#guard = parts.guard;
    this.#folder = parts.folder;
    this.#log = parts.log;
    this.#placer = new Placer(config.hosts, config.placement);
    this.#reaper = new IdleReaper(config.idleLimitMillis, (sandbox, idleMillis) =>
      this.#evict(sandbox, idleMillis),
    );
  }

  /** Runs an event on an idle sandbox, or on a new one when none is idle. */
  async invoke(name: string, call: CallRequest): Promise<Invoked | Refusal> {
    const deployed = this.#functions.get(name);
    if (!deployed) return 'unknown-function';
    if (this.#stopped) return 'stopping';
    const requestId = randomUUID();
    const request: InvokeRequest = { ...call, requestId, traceId: call.traceId ?? newTraceId() };
    const shared = [...deployed.sandboxes].find(({ hasRoom }) => hasRoom);
    if (shared) {
      deployed.idle.delete(shared);
      this.#reaper.busy(shared);
      return { requestId, outcome: await shared.invoke(request) };
    }
    for (;;) {
      const idle = pickIdle([...deployed.idle], this.#config.reuse);
      if (!idle) break;
      deployed.idle.delete(idle);
      this.#reaper.busy(idle);
      if (idle.canTakeEvent) return { requestId, outcome: await idle.invoke(request) };
      await idle.stop();
    }
    const inUse = [...deployed.sandboxes].filter(({ state }) => state !== 'stopping').length;
    if (inUse >= deployed.config.maxConcurrency) return 'too-many-requests';
    return { requestId, outcome: await this.#create(deployed).start(request) };
  }

  /** Starts the sandboxes that are wanted before anybody calls. Does not wait until they are initialised. */
  startAhead(): void {
    for (const deployed of this.#functions.values()) {
      const { initializedAhead } = deployed.config;
      for (let i = 0; i < initializedAhead; i += 1) void this.#create(deployed).startAhead();
    }
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  status(): SandboxStatus[] {
    return this.#alive().map(({ options, state, pid, invocations }) => ({
      sandbox: options.id,
      function: options.config.name,
      host: options.host.id,
      state,
      pid,
      invocations,
    }));
  }

  set evictionsPaused(paused: boolean) {
    this.#reaper.paused = paused;
  }

  get evictionsPaused(): boolean {
    return this.#reaper.paused;
  }

  /** Refuses calls from now on and ends every sandbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reaper.paused = true;
    await Promise.all(this.#alive().map((sandbox) => sandbox.stop()));
  }

  /** Of all functions. */
  #alive(): Sandbox[] {
    return Array.from(this.#functions.values(), ({ sandboxes }) => Array.from(sandboxes)).flat();
  }

  #create(deployed: Deployed): Sandbox {
    const { config, taskRoot, sandboxes, idle } = deployed;
    const { collector, node } = this.#config;
    const alive = this.#alive();
    const load = this.#hosts.hosts.map((host) => alive.filter(({ options }) => options.host === host).length);
    const sandbox = new Sandbox({
      id: newSandboxId(),
      config,
      functionArn: functionArn(config.name),
      taskRoot,
      bootstrapFile: join(this.#folder, 'bootstrap.mjs'),
      node,
      ...(collector !== undefined && { collector }),
      host: this.#hosts.hosts[this.#placer.place(load)]!,
      folder: this.#folder,
      guard: this.#guard,
      truth: this.truth,
      log: this.#log,
      onIdle: (one) => {
        idle.add(one);
        this.#reaper.idle(one);
      },
      onEnded: (one) => {
        idle.delete(one);
        sandboxes.delete(one);
        this.#reaper.busy(one);
      },
    });
    sandboxes.add(sandbox);
    return sandbox;
  }

  #evict(sandbox: Sandbox, idleMillis: number): void {
    const { id, config, host } = sandbox.options;
    this.#functions.get(config.name)?.idle.delete(sandbox);
    this.truth.record({
      event: 'evict',
      sandbox: id,
      function: config.name,
      host: host.id,
      reason: 'idle',
      idleMillis: Math.round(idleMillis),
    });
    void sandbox.stop();
  }
}

/** The name of a function where AWS would have an ARN; region and account are made up. */
export function functionArn(name: string): string {
  return `arn:aws:lambda:local:000000000000:function:${name}`;
}

/** A trace header as Lambda makes it for a call that came without one: not sampled by X-Ray. */
function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12).toString('hex'), randomBytes(8).toString('hex')];
  return `Root=1-${seconds}-${root};Parent=${parent};Sampled=0`;
}

/**
 * Starts a platform in this process.
 *
 * ```ts
 * const platform = await startPlatform({ functions: [{ name: 'add', source: 'examples/functions/add/index.ts' }] });
 * await fetch(`${platform.url}/url/add/?a=1&b=2`);
 * await platform.stop();
 * ```
 *
 * @throws {PlatformError} `ERR_CONFIG`, `ERR_DEPLOY`, `ERR_HOSTS`, `ERR_LISTEN`; nothing is left running then
 */
export async function startPlatform(
  input: PlatformConfigInput,
  { port = 0, truthFile, workFolder, configFolder = '.', log = () => {} }: PlatformOptions = {},
): Promise<PlatformHandle> {
  const config = parseConfig(input, resolve(configFolder));
  const folder = workFolder === undefined ? await mkdtemp(join(tmpdir(), 'sandscope-')) : resolve(workFolder);
  await mkdir(join(folder, 'tmp'), { recursive: true });
  const guard = startGuard(workFolder === undefined ? folder : join(folder, 'tmp'));
  const undo: (() => Promise<void> | void)[] = [() => guard.stop()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const truth = openTruth(truthFile);
    undo.push(() => truth.close());
    const functions = new Map<string, Deployed>();
    const starting = startHosts({
      count: config.hosts,
      mode: config.hostMode,
      folder: join(folder, 'tmp'),
      guard,
      log,
    });
    undo.push(async () => (await starting.catch(() => undefined))?.stop());
    const staged = await Promise.allSettled([
      bundleBootstrap(join(folder, 'bootstrap.mjs')),
      ...config.functions.map(async (one) => {
        const taskRoot = await deployFunction(one, join(folder, 'deploy'), config.sdkFolder);
        functions.set(one.name, { config: one, taskRoot, sandboxes: new Set(), idle: new Set() });
      }),
    ]);
    const hosts = await starting;
    const failed = staged.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    for (const { id, boot } of hosts.hosts) {
      truth.record({ event: 'host', host: id, mode: hosts.mode, ...boot });
    }
    const platform = new Platform({ config, functions, hosts, guard, truth, folder, log });
    const server = await serveInvocations(platform, port);
    platform.startAhead();
    undo.push(
      () => server.close(),
      () => platform.stop(),
    );
    return {
      url: server.url,
      hosts: { count: config.hosts, mode: hosts.mode },
      truth: () => truth.summary(),
      status: () => platform.status(),
      pauseEvictions: () => void (platform.evictionsPaused = true),
      resumeEvictions: () => void (platform.evictionsPaused = false),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openTruth(path: string | undefined): Truth {
  try {
    return new Truth(path);
  } catch (error) {
    throw new PlatformError('ERR_CONFIG', `the truth file cannot be written: ${messageOf(error)}`);
  }
}
