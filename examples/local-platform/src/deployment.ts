import type { InvokeRequest } from './accepted-invocations.ts';
import type { FunctionConfig, OldSandboxes } from './config.ts';
import type { Pool } from './pool.ts';
import type { Caller } from './reuse/order.ts';
import type { Outcome } from './runtime-api.ts';
import type { Sandbox } from './sandbox.ts';

/** One function in one region of one account: the version that takes events, and the rest of earlier versions. */
export class Deployment {
  #pool: Pool;
  /** Earlier versions whose sandboxes still have something to finish. */
  readonly #former = new Set<Pool>();
  /** Deploys run one after the other. */
  #deploying: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get config(): FunctionConfig {
    return this.#pool.config;
  }

  get revision(): number {
    return this.#pool.revision;
  }

  get alive(): readonly Sandbox[] {
    return this.#pools.flatMap(({ alive }) => alive);
  }

  get #pools(): readonly Pool[] {
    return [...this.#former, this.#pool];
  }

  set evictionsPaused(paused: boolean) {
    this.#pool.evictionsPaused = paused;
  }

  /** @returns undefined if the function's maximum number of sandboxes is in use */
  async invoke(request: InvokeRequest, caller: Caller): Promise<Outcome | undefined> {
    return this.#pool.invoke(request, caller, () => this.#mayGrow());
  }

  /** A call of this function led to a call of another. */
  followedBy(name: string): void {
    this.#pool.followedBy(name);
  }

  /** Makes sure that a sandbox of the current version is ready for a call, or will be; see `Pool.prewarm`. */
  prewarm(): Sandbox | 'ready' | 'full' {
    return this.#pool.prewarm(() => this.#mayGrow());
  }

  #mayGrow(): boolean {
    return this.#pools.reduce((sum, { inUseCount }) => sum + inUseCount, 0) < this.config.maxConcurrency;
  }

  startAhead(): void {
    this.#pool.startAhead();
  }

  /**
   * Deploys another version.
   *
   * @param stage prepares it, and returns a factory of its pool; if it fails, nothing changes
   * @returns how many sandboxes of the previous version were alive
   */
  async deploy(stage: () => Promise<() => Pool>, old: OldSandboxes): Promise<number> {
    const deployed = this.#deploying.then(async () => {
      const makePool = await stage();
      const pool = makePool();
      const before = this.#pool;
      this.#pool = pool;
      for (const former of this.#former) if (former.alive.length === 0) this.#former.delete(former);
      const count = before.alive.length;
      if (count > 0) this.#former.add(before);
      before.replace(old);
      pool.startAhead();
      return count;
    });
    this.#deploying = deployed.catch(() => {});
    return deployed;
  }

  /** Ends every sandbox. */
  async stop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.stop()));
  }
}
