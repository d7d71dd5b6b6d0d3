import {
  armCoreName,
  cgroupCpuPressureSource,
  cpuPressureSource,
  findCgroupMemory,
  memoryUsageSource,
  Once,
  readDefaultRoute,
  readKernelEvidence,
  readMemoryLimitBytes,
  readNetworkDrivers,
  readTempSpace,
  readVirtualization,
} from '@sandscope/probes/inside';
import type { CpuInfo } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { Captures } from './captures.ts';
import { monotonicMs } from '../clock/clock.ts';
import { Growth } from './growth.ts';
import { LoopWatch } from './loop-watch.ts';
import type { Attributes } from '../otlp/span.ts';

// A level that is a second old is still valid; a span that follows sooner goes without.
const LEAST_INTERVAL_MS = 1000;

/**
 * Readings taken after the response, because a moment's delay does not distort a level or a running total. The sources
 * are opened at the first reading and kept open. A reading takes about 0.2 ms, so there is none within a second of the
 * previous one, and nothing is reported twice.
 */
export class LateReadings {
  readonly #nowMs: () => number;
  readonly #machine;
  readonly #cgroup;
  readonly #memory;
  readonly #addresses: boolean;
  #growth: Growth | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param root prefix of /proc and /sys, default none
   * @param nowMs monotonic clock, ms
   * @param addresses whether to report addresses
   */
  constructor(root = '', nowMs: () => number = monotonicMs, addresses = true) {
    this.#nowMs = nowMs;
    this.#addresses = addresses;
    this.#machine = cpuPressureSource(`${root}/proc/pressure/cpu`);
    this.#cgroup = new Once(() => cgroupCpuPressureSource(root));
    this.#memory = new Once(() => {
      const files = findCgroupMemory(root);
      return files && memoryUsageSource(files);
    });
  }

  /**
   * Levels now; unreadable ones are absent, and all of them within a second of the previous reading. Never throws.
   *
   * @param captures starts to measure the event loop's delay
   */
  attributes(captures?: Captures): Attributes {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readAtMs < LEAST_INTERVAL_MS) return {};
    this.#readAtMs = nowMs;
    const machine = this.#machine.read();
    const cgroup = this.#cgroup.get()?.read();
    const temp = readTempSpace();
    this.#growth ??= new Growth(this.#addresses);
    const delay = captures?.loop?.take();
    if (captures !== undefined) captures.loop ??= new LoopWatch();
    return {
      ...this.#growth.attributes(nowMs),
      [semconv.ATTR_EVENT_LOOP_DELAY_MAX_MS]: delay?.maxMs,
      [semconv.ATTR_EVENT_LOOP_DELAY_MEAN_MS]: delay?.meanMs,
      [semconv.ATTR_MACHINE_PRESSURE_CPU_MS]: machine?.someMs,
      [semconv.ATTR_MACHINE_PRESSURE_CPU_RATIO]: machine?.someRatio,
      [semconv.ATTR_CGROUP_PRESSURE_CPU_MS]: cgroup?.someMs,
      [semconv.ATTR_CGROUP_PRESSURE_CPU_RATIO]: cgroup?.someRatio,
      [semconv.ATTR_CGROUP_MEMORY_USED_BYTES]: this.#memory.get()?.read(),
      [semconv.ATTR_TMP_USED_BYTES]: temp?.usedBytes,
      [semconv.ATTR_TMP_AVAILABLE_BYTES]: temp?.availableBytes,
    };
  }
}

/**
 * Facts about the machine that do not change during the process's lifetime, for the resource. Takes about 0.4 ms, so it
 * runs once per sandbox and after a response. Never throws.
 *
 * @param root prefix of all paths, default none
 * @param addresses whether to report addresses
 */
export function machineFacts(root = '', addresses = true): Attributes {
  const { virtual, hypervisor, vendor, product, clockSource } = readVirtualization(root);
  const route = readDefaultRoute(root);
  const memory = findCgroupMemory(root);
  const temp = readTempSpace();
  return {
    [semconv.ATTR_KERNEL_EVIDENCE]: readKernelEvidence(root),
    [semconv.ATTR_MACHINE_VIRTUAL]: virtual,
    [semconv.ATTR_MACHINE_HYPERVISOR]: hypervisor,
    [semconv.ATTR_MACHINE_VENDOR]: vendor,
    [semconv.ATTR_MACHINE_PRODUCT]: product,
    [semconv.ATTR_MACHINE_CLOCK_SOURCE]: clockSource,
    [semconv.ATTR_NETWORK_GATEWAY]: addresses ? route?.gateway : undefined,
    [semconv.ATTR_NETWORK_INTERFACE]: route?.interface,
    [semconv.ATTR_NETWORK_DRIVERS]: readNetworkDrivers(route?.interface, root),
    [semconv.ATTR_CGROUP_MEMORY_LIMIT_BYTES]: memory && readMemoryLimitBytes(memory),
    [semconv.ATTR_TMP_TOTAL_BYTES]: temp?.totalBytes,
    [semconv.ATTR_TMP_FILESYSTEM]: temp?.filesystem,
  };
}

/** The CPU's name; on 64-bit ARM, where the kernel gives no name, the name of its core. */
export function cpuModelName({ modelName, vendorId, modelId }: CpuInfo): string | undefined {
  return modelName ?? armCoreName(vendorId, modelId);
}
