import { readDeclaredFacts, readKernelIsolation } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { InitType } from '@sandscope/probes/semconv';
import { bootClock } from './boot-clock.ts';
import { LOADED_AT_MS, processAgeMs } from './clock.ts';
import type { Env } from './config.ts';
import { initType, userWaited } from './lambda.ts';
import type { Sandbox } from './sandbox.ts';
import type { Attributes } from './span.ts';

/** What spans say of a sandbox and this process in it. */
export class SandboxFacts {
  readonly sandbox: Sandbox;
  readonly #initType: InitType;
  readonly #pooled: boolean;
  readonly #env: Env;
  #evidence: { isolation: semconv.KernelIsolation; hostId?: string; hostIp?: string } | undefined;

  /** @param pooled the process was there before it was known which function it runs */
  constructor(env: Env, sandbox: Sandbox, pooled: boolean) {
    this.sandbox = sandbox;
    this.#env = env;
    this.#pooled = pooled;
    this.#initType = initType(env, sandbox.stamp.restarted, sandbox.waitedMs);
  }

  /** True when a caller waited for this process to come into being. */
  get userWaited(): boolean {
    return userWaited(this.#initType);
  }

  /** Which sandbox, which process of it. On every span. */
  identity(): Attributes {
    const { stamp, cloneGroup, startTicks, bootId } = this.sandbox;
    const { isolation, hostId, hostIp } = this.#readEvidence();
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

  /** Where the time before the first invocation went. On the first invocation and on the init span. */
  initAttributes(): Attributes {
    const { initEndMs } = this.sandbox;
    const moduleMs = initEndMs - LOADED_AT_MS;
    if (this.#pooled) {
      return {
        [semconv.ATTR_INIT_DURATION_MS]: moduleMs,
        [semconv.ATTR_INIT_MODULE_MS]: moduleMs,
        [semconv.ATTR_INIT_POOL_DWELL_MS]: LOADED_AT_MS,
      };
    }
    return {
      [semconv.ATTR_INIT_DURATION_MS]: initEndMs,
      [semconv.ATTR_INIT_RUNTIME_MS]: LOADED_AT_MS,
      [semconv.ATTR_INIT_MODULE_MS]: moduleMs,
      [semconv.ATTR_INIT_POOL_DWELL_MS]: this.#poolDwellMs(),
    };
  }

  /** On a kernel of its own, the time it was up before this process started; elsewhere it says nothing. */
  #poolDwellMs(): number | undefined {
    const { isolation } = this.#readEvidence();
    if (isolation !== 'microvm' && isolation !== 'gvisor') return undefined;
    const upMs = bootClock.nowMs();
    const dwellMs = upMs === undefined ? -1 : upMs - processAgeMs();
    return dwellMs >= 0 ? dwellMs : undefined;
  }

  #readEvidence(): { isolation: semconv.KernelIsolation; hostId?: string; hostIp?: string } {
    this.#evidence ??= { ...readDeclaredFacts(this.#env), isolation: readKernelIsolation(this.#env) };
    return this.#evidence;
  }
}
