import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { InvokeRequest } from './accepted-invocations.ts';
import { seededDraw, type Draw } from './chance.ts';
import { parseDeploy, type FunctionConfig, type OldSandboxes, type PlatformConfig } from './config.ts';
import { parseFunctionChanges } from './config/function.ts';
import { checkTechniques } from './config/techniques.ts';
import type { CpuGroups } from './cpu/groups.ts';
import { quotaFor } from './cpu/quota.ts';
import { deployFunction } from './deploy.ts';
import { Deployment } from './deployment.ts';
import { PlatformError } from './errors.ts';
import { functionArn, isMeant, type FunctionId, type FunctionReference } from './function-name.ts';
import type { Guard } from './guard.ts';
import { RegionHosts } from './host-scaling/region-hosts.ts';
import { HOST_SCALINGS } from './host-scaling/registry.ts';
import type { Host, Hosts } from './hosts.ts';
import { startPlacement } from './placement/registry.ts';
import { Pool, type NewSandbox } from './pool.ts';
import { VersionCode } from './prefetch/code-fetch.ts';
import type { PolicyOrder } from './prewarm/prewarmer.ts';
import { Traces } from './prewarm/traces.ts';
import type { Caller } from './reuse/order.ts';
import type { Outcome } from './runtime-api.ts';
import { RUNTIME_POOLS } from './runtimes/registry.ts';
import { RuntimePool } from './runtimes/runtime-pool.ts';
import type { SandboxState } from './sandbox-options.ts';
import { newSandboxId, Sandbox } from './sandbox.ts';
import type { Truth } from './truth.ts';

/** A sandbox that is alive. */
export interface SandboxStatus extends Pick<FunctionId, 'region' | 'account'> {
  readonly sandbox: string;
  readonly function: string;
  readonly version: string;
  /** Counts the deploys of the function from 1. */
  readonly revision: number;
  readonly host: string;
  readonly state: SandboxState;
  /** Undefined for a moment until the process exists. */
  readonly pid: number | undefined;
  readonly invocations: number;
}

/** The outcome of a call that reached a function. */
export interface Invoked {
  readonly requestId: string;
  readonly version: string;
  readonly outcome: Outcome;
}

/** A version that has been deployed. */
export interface Deployed extends FunctionId {
  readonly version: string;
  readonly revision: number;
  /** Sandboxes of the previous version that were alive; they end now or once they have answered. */
  readonly replaced: number;
}

/** Why a call did not reach a function. */
export type Refusal = 'unknown-function' | 'ambiguous-function' | 'too-many-requests' | 'stopping';

export type CallRequest = Pick<InvokeRequest, 'payload' | 'clientContext'> &
  Caller & { readonly traceId?: string };

export interface SchedulerParts {
  readonly config: PlatformConfig;
  readonly seed: number;
  /** Folders of the staged functions, in the order of the configuration. */
  readonly taskRoots: readonly string[];
  readonly hosts: Hosts;
  readonly guard: Guard;
  /** Absent: CPU is not limited. */
  readonly cpuGroups?: CpuGroups;
  readonly truth: Truth;
  readonly folder: string;
  /** Base of relative paths in a deploy. */
  readonly configFolder: string;
  readonly log: (message: string) => void;
}

/** Decides which function a call refers to, which host gets a new sandbox, and which version is deployed. */
export class Scheduler {
  readonly truth: Truth;
  readonly #parts: SchedulerParts;
  /** By ARN. */
  readonly #deployments: ReadonlyMap<string, Deployment>;
  readonly #regions: ReadonlyMap<string, RegionHosts>;
  readonly #runtimes = new Map<Host, RuntimePool>();
  /** Code of the current versions, by ARN; empty if code need not be fetched. */
  readonly #code = new Map<string, VersionCode>();
  readonly #traces = new Traces();
  #evictionsPaused = false;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.truth = parts.truth;
    this.#parts = parts;
    const { functions } = parts.config;
    const regions = new Set(functions.map(({ region }) => region));
    this.#regions = new Map(Array.from(regions, (region) => [region, this.#openRegion(region)]));
    for (const host of parts.hosts.hosts) this.#startRuntimes(host);
    this.#deployments = new Map(
      functions.map((config, index) => [
        functionArn(config),
        new Deployment(this.#newPool(config, 1, parts.taskRoots[index]!)),
      ]),
    );
  }

  #openRegion(region: string): RegionHosts {
    const { hosts, truth, log, config } = this.#parts;
    const { placement, hostScaling, timeScale, zones } = config;
    return new RegionHosts({
      region,
      hosts,
      zones: zones.length === 0 ? [undefined] : zones,
      placement: startPlacement(placement, this.#draw('placement', region)),
      scaling: HOST_SCALINGS.start(hostScaling, { scaled: (millis) => millis / timeScale }),
      spec: hostScaling,
      loadOf: (host) => this.#alive().filter(({ options }) => options.host === host).length,
      truth,
      log,
      onAdded: (host) => {
        this.#startRuntimes(host);
        for (const { config: own } of this.#deployments.values())
          if (own.region === region) this.#code.get(functionArn(own))?.hostAdded(host);
      },
      onRemoved: async (host) => {
        await this.#runtimes.get(host)?.stop();
        this.#runtimes.delete(host);
      },
    });
  }

  #startRuntimes(host: Host): void {
    const { config, guard, truth, log, folder } = this.#parts;
    if (config.runtimePool === undefined) return;
    const policy = RUNTIME_POOLS.start(config.runtimePool);
    const { node } = config;
    const bootstrapFile = join(folder, 'bootstrap.mjs');
    this.#runtimes.set(
      host,
      new RuntimePool({ host, policy, node, bootstrapFile, folder, guard, truth, log }),
    );
  }

  #draw(...keys: readonly (string | number)[]): Draw {
    return seededDraw(this.#parts.seed, ...keys);
  }

  /** Records the version of a function and creates its pool. */
  #newPool(config: FunctionConfig, revision: number, taskRoot: string, old?: OldSandboxes): Pool {
    const { cpuGroups, seed } = this.#parts;
    const { timeScale, cpuPeriodMillis, codeFetch } = this.#parts.config;
    const quota = cpuGroups && quotaFor(config.memoryMb, cpuPeriodMillis);
    this.truth.record({
      event: 'deploy',
      function: config.name,
      region: config.region,
      account: config.account,
      version: config.version,
      revision,
      memoryMb: config.memoryMb,
      concurrencyPerSandbox: config.concurrencyPerSandbox,
      reuse: config.reuse,
      expiry: config.expiry,
      goodbyes: config.goodbyes,
      ...(codeFetch && { prefetch: config.prefetch }),
      ...(config.prewarm.length > 0 && { prewarm: config.prewarm }),
      timeScale,
      seed,
      ...(quota && { cpuQuotaMicros: quota.quotaMicros, cpuPeriodMicros: quota.periodMicros }),
      ...(old && { old }),
    });
    const code =
      codeFetch &&
      new VersionCode({
        config,
        revision,
        taskRoot,
        fetch: codeFetch,
        hosts: () => this.#regions.get(config.region)!.all,
        truth: this.truth,
      });
    if (code) this.#code.set(functionArn(config), code);
    const pool = new Pool({
      config,
      revision,
      taskRoot,
      timeScale,
      draw: this.#draw(functionArn(config), revision),
      create: (wanted) => this.#create(wanted, code),
      prewarm: (order) => this.#prewarm(config, order),
    });
    pool.evictionsPaused = this.#evictionsPaused;
    return pool;
  }

  /** The function that a call refers to, or why there is none. */
  find(reference: FunctionReference): Deployment | Refusal {
    const meant = [...this.#deployments.values()].filter(({ config }) => isMeant(reference, config));
    if (meant.length > 1) return 'ambiguous-function';
    return meant[0] ?? 'unknown-function';
  }

  /** The ARN for a reference; the first function supplies the parts that it leaves out. */
  arnOf(reference: FunctionReference): string {
    const [{ region, account }] = this.#parts.config.functions as [FunctionConfig];
    return functionArn({ region, account, ...reference });
  }

  /** Runs an event on an idle sandbox, or on a new one when none is idle. */
  async invoke(deployment: Deployment, call: CallRequest): Promise<Invoked | Refusal> {
    if (this.#stopped) return 'stopping';
    const { affinityKey, traceId, ...rest } = call;
    const requestId = randomUUID();
    const request: InvokeRequest = { ...rest, requestId, traceId: traceId ?? newTraceId() };
    const { version } = deployment.config;
    const caller = affinityKey === undefined ? {} : { affinityKey };
    const over = this.#traces.begin(deployment, request.traceId);
    const outcome = await deployment.invoke(request, caller).finally(over);
    return outcome === undefined ? 'too-many-requests' : { requestId, version, outcome };
  }

  /**
   * Deploys another version of a function.
   *
   * @param value a `DeployRequest`, validated here
   * @returns once the new version takes all events; earlier sandboxes may still have something to finish
   * @throws {PlatformError} `ERR_CONFIG`, `ERR_DEPLOY`; the previous version is then kept
   */
  async deploy(deployment: Deployment, value: unknown): Promise<Deployed> {
    const { old, changes } = parseDeploy('deploy', value);
    const { configFolder, config, folder } = this.#parts;
    // Validated at once, and again when earlier deploys are done.
    const surroundings = { fetchesCode: config.codeFetch !== undefined, functions: config.functions };
    const change = (): FunctionConfig => {
      const next = parseFunctionChanges('changes', changes, {
        folder: configFolder,
        before: deployment.config,
      });
      checkTechniques('changes', next, surroundings);
      return next;
    };
    change();
    const replaced = await deployment.deploy(async () => {
      const next = change();
      const revision = deployment.revision + 1;
      const taskRoot = taskRootOf(folder, next, revision);
      await deployFunction(next, taskRoot, config.sdkFolder);
      if (this.#stopped) throw new PlatformError('ERR_DEPLOY', 'the platform is stopping');
      return () => this.#newPool(next, revision, taskRoot, old);
    }, old);
    const { name, region, account, version } = deployment.config;
    return { name, region, account, version, revision: deployment.revision, replaced };
  }

  /** Starts the sandboxes of `initializedAhead`, before any call. Does not wait until they are initialised. */
  startAhead(): void {
    for (const deployment of this.#deployments.values()) deployment.startAhead();
  }

  status(): SandboxStatus[] {
    return this.#alive().map(({ options, state, pid, invocations }) => ({
      sandbox: options.id,
      function: options.config.name,
      region: options.config.region,
      account: options.config.account,
      version: options.config.version,
      revision: options.revision,
      host: options.host.id,
      state,
      pid,
      invocations,
    }));
  }

  set evictionsPaused(paused: boolean) {
    this.#evictionsPaused = paused;
    for (const deployment of this.#deployments.values()) deployment.evictionsPaused = paused;
  }

  get evictionsPaused(): boolean {
    return this.#evictionsPaused;
  }

  /** Refuses calls from now on and ends every sandbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const hosts of this.#regions.values()) hosts.stop();
    await Promise.all(Array.from(this.#deployments.values(), (deployment) => deployment.stop()));
    await Promise.all(Array.from(this.#runtimes.values(), (runtimes) => runtimes.stop()));
  }

  /** Sandboxes of all functions. */
  #alive(): Sandbox[] {
    return Array.from(this.#deployments.values(), ({ alive }) => alive).flat();
  }

  /** Carries out an order of a function's prewarming policies. */
  #prewarm(by: FunctionConfig, { function: name = by.name, policy, details }: PolicyOrder): void {
    const { region, account } = by;
    const deployment = this.#deployments.get(functionArn({ name, region, account }));
    if (deployment === undefined) return this.#parts.log(`${by.name} prewarms ${name}, which is no function`);
    const made = deployment.prewarm();
    const outcome =
      typeof made === 'string'
        ? { outcome: made }
        : { outcome: 'started' as const, sandbox: made.options.id };
    this.truth.record({
      event: 'prewarm',
      function: name,
      region,
      account,
      by: by.name,
      policy,
      details,
      ...outcome,
    });
  }

  /** @returns undefined if no host has room for it */
  #create(wanted: NewSandbox, code: VersionCode | undefined): Sandbox | undefined {
    const { guard, folder, log, cpuGroups, config } = this.#parts;
    const hosts = this.#regions.get(wanted.config.region)!;
    const host = hosts.place();
    if (host === undefined) return undefined;
    const id = newSandboxId();
    const runtimes = this.#runtimes.get(host);
    return new Sandbox({
      ...wanted,
      id,
      bootstrapFile: join(folder, 'bootstrap.mjs'),
      node: config.node,
      ...(config.collector !== undefined && { collector: config.collector }),
      host,
      metadataToken: randomBytes(16).toString('hex'),
      ...(runtimes && { runtimes }),
      ...(code && { fetchCode: () => code.needed(host) }),
      folder,
      guard,
      ...(cpuGroups && {
        cpu: {
          group: cpuGroups.create(id),
          quota: quotaFor(wanted.config.memoryMb, config.cpuPeriodMillis),
        },
      }),
      truth: this.truth,
      log,
      onEnded: () => {
        wanted.onEnded();
        hosts.released(host);
      },
    });
  }
}

/** Folder in which a version of a function is staged. */
export function taskRootOf(folder: string, { name, region, account }: FunctionId, revision: number): string {
  return join(folder, 'deploy', region, account, name, String(revision));
}

/** A trace header as Lambda creates it for a call without one: not sampled by X-Ray. */
function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12).toString('hex'), randomBytes(8).toString('hex')];
  return `Root=1-${seconds}-${root};Parent=${parent};Sampled=0`;
}
