import type { InvokeRequest } from './accepted-invocations.ts';
import type { Draw } from './chance.ts';
import type { FunctionConfig, OldSandboxes } from './config.ts';
import { startLaws } from './expiry/registry.ts';
import { Reaper } from './expiry/reaper.ts';
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
  /** Creates a sandbox without starting it. */
  readonly create: (wanted: NewSandbox) => Sandbox;
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
  #births = 0;

  constructor(options: PoolOptions) {
    const { config, timeScale, draw } = options;
    this.config = config;
    this.revision = options.revision;
    this.#options = options;
    this.#order = startOrder(config.reuse, draw);
    const laws = startLaws(config.expiry, { scaled: (millis) => millis / timeScale, draw });
    this.#reaper = new Reaper(laws, (sandbox, why) => sandbox.evict(why));
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
    for (;;) {
      const candidates = [...this.#byUse].filter(({ isCandidate }) => isCandidate);
      if (candidates.length === 0) break;
      const picked = this.#order.pick(candidates, caller);
      this.#used(picked);
      this.#reaper.tell('busy', picked);
      if (picked.canTakeEvent || picked.hasRoom) return picked.invoke(request);
      // Somebody else killed it.
      await picked.stop('exit');
    }
    return mayGrow() ? this.#create().start(request) : undefined;
  }

  /** Starts the sandboxes of `initializedAhead`, before any call. Does not wait until they are initialised. */
  startAhead(): void {
    for (let n = 0; n < this.config.initializedAhead; n += 1) void this.#create().startAhead();
  }

  /** Another version takes its place. */
  replace(old: OldSandboxes): void {
    this.#reaper.paused = true;
    for (const sandbox of this.#sandboxes) sandbox.evict({ reason: 'deploy' }, { atOnce: old === 'kill' });
  }

  /** Ends every sandbox. */
  async stop(): Promise<void> {
    this.#reaper.paused = true;
    await Promise.all(this.alive.map((sandbox) => sandbox.stop('stop')));
  }

  #used(sandbox: Sandbox): void {
    this.#byUse.delete(sandbox);
    this.#byUse.add(sandbox);
  }

  #create(): Sandbox {
    const { config, revision, taskRoot, create } = this.#options;
    this.#births += 1;
    const sandbox: Sandbox = create({
      config,
      revision,
      taskRoot,
      ordinal: this.#births,
      onIdle: () => {
        this.#used(sandbox);
        this.#reaper.tell('idle', sandbox);
      },
      onEnded: () => {
        this.#sandboxes.delete(sandbox);
        this.#byUse.delete(sandbox);
        this.#reaper.tell('gone', sandbox);
      },
    });
    this.#sandboxes.add(sandbox);
    this.#byUse.add(sandbox);
    this.#reaper.tell('born', sandbox);
    return sandbox;
  }
}
