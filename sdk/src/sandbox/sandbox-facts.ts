import { Once, readDeclaredFacts, readKernelIsolation } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { InitType } from '@sandscope/probes/semconv';
import { bootClock } from '../clock/boot-clock.ts';
import { processAgeMs } from '../clock/clock.ts';
import type { Env } from '../config/config.ts';
import { initType, userWaited } from './init-type.ts';
import type { Sandbox } from './sandbox.ts';
import type { Attributes } from '../otlp/span.ts';

/** The facts of a sandbox and this process in it, as attributes of spans. */
export class SandboxFacts {
  readonly sandbox: Sandbox;
  /** When the initialisation began and ended, ms of process age. */
  readonly init: { readonly beganMs: number; readonly endMs: number };
  readonly #initType: InitType;
  readonly #pooled: boolean;
  readonly #env: Env;
  readonly #evidence = new Once(() => ({
    ...readDeclaredFacts(this.#env),
    isolation: readKernelIsolation(this.#env),
  }));

  /** @param pooled the process existed before its function was known */
  constructor(env: Env, sandbox: Sandbox, pooled: boolean) {
    this.sandbox = sandbox;
    this.#env = env;
    this.#pooled = pooled;
    const { loadMs, modulesMs, readyMs, calledMs } = sandbox.init;
    const leastMs = Math.max(modulesMs, readyMs ?? 0);
    this.#initType = initType(env, sandbox.stamp.restarted, calledMs - leastMs);
    // If a caller waited, it waited until the first call; if nobody did, work awaited after the modules is unknown.
    const endMs = this.userWaited && readyMs === undefined ? calledMs : leastMs;
    this.init = { beganMs: pooled ? loadMs : 0, endMs };
  }

  /** True if a caller waited for this process to start. */
  get userWaited(): boolean {
    return userWaited(this.#initType);
  }

  /** Ids of the sandbox and of its process. On every span. */
  identity(): Attributes {
    const { stamp, cloneGroup, startTicks, bootId } = this.sandbox;
    const { isolation, hostId, hostIp } = this.#evidence.get();
    return {
      [semconv.ATTR_SANDBOX_ID]: stamp.id,
      [semconv.ATTR_SANDBOX_CLONE_GROUP]: cloneGroup,
      [semconv.ATTR_PROCESS_START_TICKS]: startTicks,
      [semconv.ATTR_INIT_TYPE]: this.#initType,
      [semconv.ATTR_KERNEL_BOOT_ID]: bootId,
      [semconv.ATTR_KERNEL_ISOLATION]: isolation,
      [semconv.ATTR_HOST_DECLARED_ID]: hostId,
      [semconv.ATTR_HOST_DECLARED_IP]: hostIp,
    };
  }

  /** The breakdown of the time before the first invocation. On the first invocation and on the init span. */
  initAttributes(): Attributes {
    const { loadMs, modulesMs } = this.sandbox.init;
    const { beganMs, endMs } = this.init;
    return {
      [semconv.ATTR_INIT_DURATION_MS]: endMs - beganMs,
      [semconv.ATTR_INIT_RUNTIME_MS]: this.#pooled ? undefined : loadMs,
      [semconv.ATTR_INIT_MODULE_MS]: modulesMs - loadMs,
      [semconv.ATTR_INIT_REST_MS]: endMs - modulesMs,
      [semconv.ATTR_INIT_POOL_DWELL_MS]: this.#pooled ? loadMs : this.#poolDwellMs(),
    };
  }

  /** How long the sandbox's own kernel was up before this process started; meaningless if the kernel is shared. */
  #poolDwellMs(): number | undefined {
    const { isolation } = this.#evidence.get();
    if (isolation !== 'microvm' && isolation !== 'gvisor') return undefined;
    const upMs = bootClock.nowMs();
    const dwellMs = upMs === undefined ? -1 : upMs - processAgeMs();
    return dwellMs >= 0 ? dwellMs : undefined;
  }
}
