import { tmpdir, hostname } from 'node:os';
import { readBootId, readDeclaredFacts, readKernelIsolation, readStartTicks } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { InitType } from '@sandscope/probes/semconv';
import { bootClock, LOADED_AT_MS, processAgeMs } from './clock.ts';
import type { Env } from './config.ts';
import { initType, userWaited } from './lambda.ts';
import { claimSandbox } from './sandbox-stamp.ts';
import type { SandboxStamp } from './sandbox-stamp.ts';
import type { Attributes } from './span.ts';

/**
 * What is known of the sandbox and this process in it, established at the first invocation: state made while the module
 * loads would be the same in every clone of a snapshot.
 */
export class Sandbox {
  readonly stamp: SandboxStamp;
  readonly initType: InitType;
  readonly #initEndMs: number;
  readonly #pooled: boolean;
  readonly #cloneGroup: string | undefined;
  readonly #bootId: string | undefined;
  readonly #startTicks: number | undefined;
  readonly #env: Env;
  #evidence: { isolation: semconv.KernelIsolation; hostId?: string; hostIp?: string } | undefined;

  /**
   * @param functionName part of the stamp's name: functions that share a temp directory have sandboxes of their own
   * @param initEndMs end of initialisation, ms after process start
   * @param pooled the process was there before it was known which function it runs
   * @param cloneGroup drawn before the snapshot this process was restored from; undefined when there is none
   * @param folder where the stamp is kept, default the temp directory
   */
  constructor(
    env: Env,
    functionName: string,
    initEndMs: number,
    pooled = false,
    cloneGroup?: string,
    folder = tmpdir(),
  ) {
    this.#bootId = readBootId();
    this.#startTicks = readStartTicks();
    this.#env = env;
    this.#initEndMs = initEndMs;
    this.#pooled = pooled;
    this.#cloneGroup = cloneGroup;
    this.stamp = claimSandbox({
      folder,
      scope: [env['AWS_LAMBDA_LOG_STREAM_NAME'] || hostname(), functionName, this.#bootId ?? ''],
      pid: process.pid,
      startTicks: this.#startTicks,
    });
    this.initType = initType(env, this.stamp.restarted, processAgeMs() - initEndMs);
  }

  /** True when a caller waited for this process to come into being. */
  get userWaited(): boolean {
    return userWaited(this.initType);
  }

  /** Which sandbox, which process of it. On every span. */
  identity(): Attributes {
    const { isolation, hostId, hostIp } = this.#readEvidence();
    return {
      [semconv.ATTR_SANDBOX_ID]: this.stamp.id,
      [semconv.ATTR_SANDBOX_CLONE_GROUP]: this.#cloneGroup,
      [semconv.ATTR_PROCESS_START_TICKS]: this.#startTicks,
      [semconv.ATTR_INIT_TYPE]: this.initType,
      [semconv.ATTR_KERNEL_BOOT_ID]: this.#bootId,
      [semconv.ATTR_KERNEL_ISOLATION]: isolation,
      [semconv.ATTR_HOST_DECLARED_ID]: hostId,
      [semconv.ATTR_HOST_DECLARED_IP]: hostIp,
    };
  }

  /** Where the time before the first invocation went. On the first invocation and on the init span. */
  initAttributes(): Attributes {
    const moduleMs = this.#initEndMs - LOADED_AT_MS;
    if (this.#pooled) {
      return {
        [semconv.ATTR_INIT_DURATION_MS]: moduleMs,
        [semconv.ATTR_INIT_MODULE_MS]: moduleMs,
        [semconv.ATTR_INIT_POOL_DWELL_MS]: LOADED_AT_MS,
      };
    }
    return {
      [semconv.ATTR_INIT_DURATION_MS]: this.#initEndMs,
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

  /** Not needed before the response, so not read before it. */
  #readEvidence(): { isolation: semconv.KernelIsolation; hostId?: string; hostIp?: string } {
    this.#evidence ??= { ...readDeclaredFacts(this.#env), isolation: readKernelIsolation(this.#env) };
    return this.#evidence;
  }
}
