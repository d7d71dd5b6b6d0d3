import { describe, expect, it } from 'vitest';
import { ASSUMPTIONS, type Measured } from './measured.ts';
import { sumsFor } from './sums.ts';

const measured: Measured = {
  invocations: 1,
  spansPerInvocation: 1,
  requestsPerInvocation: 1,
  wireBytes: 4000,
  inboxBytes: 3000,
  spanTablesBytes: 200,
  typedTablesBytes: 100,
  storedInvocations: 1,
  single: { perSecond: 1, collectorCpuMicros: 250, engineCpuMicros: 1000 },
  batched: { perSecond: 1, collectorCpuMicros: 25, engineCpuMicros: 64 },
  gathered: 100,
};
const assumed = { ...ASSUMPTIONS, cpuFill: 0.5, diskFill: 0.5, replicas: 2, spanDays: 10, typedDays: 20 };

describe('the sums', () => {
  it('follow from what was measured', () => {
    const sums = sumsFor(
      measured,
      { ...assumed, collectorCores: 2, serverCores: 32, serverDiskBytes: 16e12 },
      { invocationsPerSecond: 1e6 },
    );
    expect(sums.wireBitsPerSecond).toBe(32e9);
    expect(sums.collectors).toBe(250);
    expect(sumsFor(measured, assumed, { invocationsPerSecond: 1e6, batched: true }).collectors).toBe(25);
    expect(sums.inboxBytesPerCollector).toBe((1e6 * 3000 * 3600) / 250);
    expect(sums.storedBytes).toBe(1e6 * 86_400 * 2 * (200 * 10 + 100 * 20));
    expect(sums.shardsForCpu).toBe(4);
    expect(sums.shardsForDisk).toBe(44);
    expect(sums.servers).toBe(88);
  });

  it('leave nobody alone at a small rate, and shrink with the sample', () => {
    const small = sumsFor(measured, assumed, { invocationsPerSecond: 10 });
    expect([small.collectors, small.servers]).toEqual([2, 2]);
    const sampled = sumsFor(measured, assumed, { invocationsPerSecond: 1e6, sampleRatio: 0.1 });
    expect(sampled.storedBytes).toBeCloseTo(
      sumsFor(measured, assumed, { invocationsPerSecond: 1e5 }).storedBytes,
    );
    expect(sampled.dollarsPerMillionInvocations).toBeLessThan(
      sumsFor(measured, assumed, { invocationsPerSecond: 1e6 }).dollarsPerMillionInvocations / 5,
    );
  });
});
