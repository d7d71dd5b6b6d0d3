import type { InvokeRequest } from './accepted-invocations.ts';
import type { FunctionConfig, OldSandboxes } from './config.ts';
import type { Pool } from './pool.ts';
import type { Caller } from './reuse/order.ts';
import type { Outcome } from './runtime-api.ts';
import type { Sandbox } from './sandbox.ts';

/** One function in one region of one account: the version that takes events, and what is left of those before. */
export class Deployment {
  #pool: Pool;
  /** Versions before whose sandboxes have something to finish. */
  readonly #former = new Set<Pool>();
  /** Deploys come one after the other. */
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

  /** @returns undefined when as many sandboxes as the function may have are in use */
  async invoke(request: InvokeRequest, caller: Caller): Promise<Outcome | undefined> {
    const mayGrow = (): boolean =>
      this.#pools.reduce((sum, { inUseCount }) => sum + inUseCount, 0) < this.config.maxConcurrency;
    return this.#pool.invoke(request, caller, mayGrow);
  }

  startAhead(): void {
    this.#pool.startAhead();
  }

  /**
   * Puts another version in place.
   *
   * @param stage makes it ready, and returns what makes its pool; when it fails, all stays as it is
   * @returns how many sandboxes of the version before were alive
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
