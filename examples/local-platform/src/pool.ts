import type { InvokeRequest } from './accepted-invocations.ts';
import type { Draw } from './chance.ts';
import type { FunctionConfig, OldSandboxes } from './config.ts';
import { startLaws } from './expiry/registry.ts';
import { Reaper } from './expiry/reaper.ts';
import { Prewarmer, type PolicyOrder } from './prewarm/prewarmer.ts';
import { startPrewarm } from './prewarm/registry.ts';
import type { Caller, ReuseOrder } from './reuse/order.ts';
import { startOrder } from './reuse/registry.ts';
import type { Outcome } from './runtime-api.ts';
import type { Sandbox } from './sandbox.ts';

/** A pool's request for a new sandbox. */
export interface NewSandbox {
  readonly config: FunctionConfig;
  readonly revision: number;
  /** Folder of the staged function. */
  readonly taskRoot: string;
  /** Number of the sandbox within the pool, from 1. */
  readonly ordinal: number;
  readonly onIdle: () => void;
  readonly onEnded: () => void;
}

export interface PoolOptions {
  readonly config: FunctionConfig;
  readonly revision: number;
  readonly taskRoot: string;
  /** Divides the times of expiry laws. */
  readonly timeScale: number;
  readonly draw: Draw;
  /** Creates a sandbox without starting it; undefined if no host has room for it. */
  readonly create: (wanted: NewSandbox) => Sandbox | undefined;
  /** Carries out an order of the function's prewarming policies. */
  readonly prewarm: (order: PolicyOrder) => void;
}

/** The sandboxes of one version of a function: decides which of them runs an event, and which are ended. */
export class Pool {
  readonly config: FunctionConfig;
  readonly revision: number;
  readonly #options: PoolOptions;
  /** All that are alive; insertion order is the order of birth. */
  readonly #sandboxes = new Set<Sandbox>();
  /** The same in the order of their last use. */
  readonly #byUse = new Set<Sandbox>();
  readonly #order: ReuseOrder;
  readonly #reaper: Reaper<Sandbox>;
  readonly #prewarmer: Prewarmer;
  #births = 0;

  constructor(options: PoolOptions) {
    const { config, timeScale, draw } = options;
    this.config = config;
    this.revision = options.revision;
    this.#options = options;
    this.#order = startOrder(config.reuse, draw);
    const scaled = (millis: number): number => millis / timeScale;
    const laws = startLaws(config.expiry, { scaled, draw });
    this.#reaper = new Reaper(laws, (sandbox, why) => sandbox.evict(why));
    const policies = startPrewarm(config.prewarm, { scaled, nowMillis: performance.now() });
    this.#prewarmer = new Prewarmer(policies, options.prewarm);
  }

  get alive(): readonly Sandbox[] {
    return [...this.#sandboxes];
  }

  /** Those that count against the limit of the function. */
  get inUseCount(): number {
    return this.alive.filter(({ state }) => state !== 'stopping').length;
  }

  set evictionsPaused(paused: boolean) {
    this.#reaper.paused = paused;
  }

  /**
   * Runs an event on a sandbox that can take it, or on a new one.
   *
   * @param mayGrow called if a new one is needed
   * @returns undefined if no sandbox is free and there may be no more
   */
  async invoke(request: InvokeRequest, caller: Caller, mayGrow: () => boolean): Promise<Outcome | undefined> {
    this.#prewarmer.called();
    try {
      return await this.#run(request, caller, mayGrow);
    } finally {
      this.#prewarmer.answered();
    }
  }

  /** A call of this function led to a call of another. */
  followedBy(name: string): void {
    this.#prewarmer.followedBy(name);
  }

  /**
   * Makes sure that a sandbox is ready for a call, or will be.
   *
   * @param mayGrow called if a new one is needed
   * @returns the sandbox that is started for this; `ready` if one waits already, `full` if there may be no more
   */
  prewarm(mayGrow: () => boolean): Sandbox | 'ready' | 'full' {
    if (this.alive.some(({ isCandidate }) => isCandidate)) return 'ready';
    const sandbox = mayGrow() ? this.#create() : undefined;
    void sandbox?.startAhead({ takesEventInInit: true });
    return sandbox ?? 'full';
  }

  async #run(request: InvokeRequest, caller: Caller, mayGrow: () => boolean): Promise<Outcome | undefined> {
    for (;;) {
      const candidates = [...this.#byUse].filter(({ isCandidate }) => isCandidate);
      if (candidates.length === 0) break;
      const picked = this.#order.pick(candidates, caller);
      this.#used(picked);
      this.#reaper.tell('busy', picked);
      if (picked.canTakeEvent || picked.hasRoom) return picked.invoke(request);
      // Another process killed it.
      await picked.stop('exit');
    }
    return mayGrow() ? this.#create()?.start(request) : undefined;
  }

  /** Starts the sandboxes of `initializedAhead`, before any call. Does not wait until they are initialised. */
  startAhead(): void {
    for (let n = 0; n < this.config.initializedAhead; n += 1) void this.#create()?.startAhead();
  }

  /** Another version takes its place. */
  replace(old: OldSandboxes): void {
    this.#prewarmer.stop();
    this.#reaper.paused = true;
    for (const sandbox of this.#sandboxes) sandbox.evict({ reason: 'deploy' }, { atOnce: old === 'kill' });
  }

  /** Ends every sandbox. */
  async stop(): Promise<void> {
    this.#prewarmer.stop();
    this.#reaper.paused = true;
    await Promise.all(this.alive.map((sandbox) => sandbox.stop('stop')));
  }

  #used(sandbox: Sandbox): void {
    this.#byUse.delete(sandbox);
    this.#byUse.add(sandbox);
  }

  #create(): Sandbox | undefined {
    const { config, revision, taskRoot, create } = this.#options;
    const sandbox: Sandbox | undefined = create({
      config,
      revision,
      taskRoot,
      ordinal: this.#births + 1,
      onIdle: () => {
        if (!sandbox) return;
        this.#used(sandbox);
        this.#reaper.tell('idle', sandbox);
      },
      onEnded: () => {
        if (!sandbox) return;
        this.#sandboxes.delete(sandbox);
        this.#byUse.delete(sandbox);
        this.#reaper.tell('gone', sandbox);
      },
    });
    if (!sandbox) return undefined;
    this.#births += 1;
    this.#sandboxes.add(sandbox);
    this.#byUse.add(sandbox);
    this.#reaper.tell('born', sandbox);
    return sandbox;
  }
}
