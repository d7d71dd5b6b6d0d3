import { setTimeout as sleep } from 'node:timers/promises';
import type { CpuQuota } from './cpu-quota.ts';
import type { Deployment } from './deployments.ts';
import type { Plan } from './plan.ts';
import { Sandbox, type Surroundings } from './sandbox.ts';

// Time for work that follows a response without delaying the platform to finish.
const SETTLE_MS = 100;
// Pause between two warm invocations, so that a preceding export is done and the next one does not interfere.
const PAUSE_MS = 4;

/** One cold start. */
export interface ColdSample {
  /** Start of the process to its response, ms. */
  readonly firstResponseMs: number;
  /** CPU time of the process until the handler had settled, ms. */
  readonly startupCpuMs: number;
  /** CPU time from then until 100 ms after the sandbox was idle, ms. */
  readonly postResponseCpuMs: number;
  readonly hasExtension: boolean;
}

/** One process with many invocations. */
export interface WarmSample {
  /** Duration of each measured call, µs. */
  readonly callMicros: readonly number[];
  /** The same for the second to the tenth invocation. */
  readonly earlyCallMicros: readonly number[];
  /** CPU time per measured invocation: of the call, and of everything after it, µs (means). */
  readonly callCpuMicros: number;
  readonly restCpuMicros: number;
  /** Resident memory after the warm-up, bytes. */
  readonly rssBytes: number;
  readonly invocations: number;
  /** Data that arrived at the sinks for all invocations, until the process had ended. */
  readonly delivered: { readonly spans: number; readonly datagrams: number; readonly stdoutBytes: number };
  /** Spans that arrived while the measured invocations ran, whose CPU time is thus in the figures. */
  readonly measuredSpans: number;
  readonly measuredInvocations: number;
  readonly hasExtension: boolean;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export async function measureCold(deployment: Deployment, around: Surroundings): Promise<ColdSample> {
  await using sandbox = await Sandbox.start(deployment, around);
  await sandbox.idle();
  await sleep(SETTLE_MS);
  const { startupCpuMicros, restCpuMicros } = await sandbox.report();
  return {
    firstResponseMs: sandbox.firstResponseMs,
    startupCpuMs: startupCpuMicros / 1e3,
    postResponseCpuMs: restCpuMicros[0]! / 1e3,
    hasExtension: sandbox.hasExtension,
  };
}

/** @returns time from the start of the process to its response under the quota, ms */
export async function measureUnderQuota(
  deployment: Deployment,
  around: Surroundings,
  quota: CpuQuota,
): Promise<number> {
  await using sandbox = await Sandbox.start(deployment, around, quota);
  return sandbox.firstResponseMs;
}

export async function measureWarm(
  deployment: Deployment,
  around: Surroundings,
  plan: Plan,
): Promise<WarmSample> {
  const atStart = around.sinks.delivered;
  await using sandbox = await Sandbox.start(deployment, around);
  await sandbox.idle();
  const invoke = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      await sleep(PAUSE_MS);
      await sandbox.invoke({ name: 'world' });
    }
  };
  await invoke(plan.warmUpInvocations);
  await sleep(SETTLE_MS);
  const rssBytes = await sandbox.readRssBytes();
  const before = around.sinks.delivered.spans;
  // A few samples suffice for an instrumentation that takes tens of milliseconds.
  const { slow = false } = deployment.variant;
  const measuredInvocations = slow ? Math.min(30, plan.measuredInvocations) : plan.measuredInvocations;
  await invoke(measuredInvocations);
  await sleep(SETTLE_MS);
  const measuredSpans = around.sinks.delivered.spans - before;
  const report = await sandbox.report();
  await sandbox.end();
  const after = around.sinks.delivered;
  const first = 1 + plan.warmUpInvocations;
  const toMicros = (nanos: number): number => nanos / 1e3;
  return {
    callMicros: report.callNanos.slice(first).map(toMicros),
    earlyCallMicros: report.callNanos.slice(1, 10).map(toMicros),
    callCpuMicros: mean(report.callCpuMicros.slice(first)),
    restCpuMicros: mean(report.restCpuMicros.slice(first)),
    rssBytes,
    invocations: report.callNanos.length,
    delivered: {
      spans: after.spans - atStart.spans,
      datagrams: after.datagrams - atStart.datagrams,
      stdoutBytes: sandbox.stdoutBytes,
    },
    measuredSpans,
    measuredInvocations,
    hasExtension: sandbox.hasExtension,
  };
}
