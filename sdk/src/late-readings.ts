import {
  armCoreName,
  cgroupCpuPressureSource,
  cpuPressureSource,
  findCgroupMemory,
  memoryUsageSource,
  readDefaultRoute,
  readKernelEvidence,
  readMemoryLimitBytes,
  readTempSpace,
  readVirtualization,
} from '@sandscope/probes/inside';
import type { CpuInfo } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { monotonicMs } from './clock.ts';
import type { Attributes } from './span.ts';

// A level that is a second old is still one; a span that follows faster than that goes without.
const LEAST_INTERVAL_MS = 1000;

/**
 * What is read after the response, because it is a level or a running total that a moment's delay does not bend. The
 * sources are opened at the first reading and kept open. A reading is about 45 µs, so there is none within a second of
 * the one before: nothing is told twice.
 */
export class LateReadings {
  readonly #root: string;
  readonly #nowMs: () => number;
  #sources: ReturnType<typeof openSources> | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param root prefix of /proc and /sys, default none
   * @param nowMs monotonic clock, ms
   */
  constructor(root = '', nowMs: () => number = monotonicMs) {
    this.#root = root;
    this.#nowMs = nowMs;
  }

  /** Levels now; what cannot be read is absent, and all within a second of the reading before. Never throws. */
  attributes(): Attributes {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readAtMs < LEAST_INTERVAL_MS) return {};
    this.#readAtMs = nowMs;
    this.#sources ??= openSources(this.#root);
    const machine = this.#sources.machine.read();
    const cgroup = this.#sources.cgroup?.read();
    const temp = readTempSpace();
    return {
      [semconv.ATTR_MACHINE_PRESSURE_CPU_MS]: machine?.someMs,
      [semconv.ATTR_MACHINE_PRESSURE_CPU_RATIO]: machine?.someRatio,
      [semconv.ATTR_CGROUP_PRESSURE_CPU_MS]: cgroup?.someMs,
      [semconv.ATTR_CGROUP_PRESSURE_CPU_RATIO]: cgroup?.someRatio,
      [semconv.ATTR_CGROUP_MEMORY_USED_BYTES]: this.#sources.memory?.read(),
      [semconv.ATTR_TMP_USED_BYTES]: temp?.usedBytes,
      [semconv.ATTR_TMP_AVAILABLE_BYTES]: temp?.availableBytes,
    };
  }
}

function openSources(root: string) {
  const memory = findCgroupMemory(root);
  return {
    machine: cpuPressureSource(`${root}/proc/pressure/cpu`),
    cgroup: cgroupCpuPressureSource(root),
    memory: memory && memoryUsageSource(memory),
  };
}

/**
 * Facts about the machine that do not change while the process lives, for the resource. About 0.4 ms, so once a sandbox
 * and after a response. Never throws.
 *
 * @param root prefix of all paths, default none
 */
export function machineFacts(root = ''): Attributes {
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
    [semconv.ATTR_NETWORK_GATEWAY]: route?.gateway,
    [semconv.ATTR_NETWORK_INTERFACE]: route?.interface,
    [semconv.ATTR_CGROUP_MEMORY_LIMIT_BYTES]: memory && readMemoryLimitBytes(memory),
    [semconv.ATTR_TMP_TOTAL_BYTES]: temp?.totalBytes,
    [semconv.ATTR_TMP_FILESYSTEM]: temp?.filesystem,
  };
}

/** The CPU's name; on 64-bit ARM, whose kernel gives none, the name of its core. */
export function cpuModelName({ modelName, vendorId, modelId }: CpuInfo): string | undefined {
  return modelName ?? armCoreName(vendorId, modelId);
}
