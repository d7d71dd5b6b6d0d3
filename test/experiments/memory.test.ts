import { rmdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCpuGroups } from '../../examples/local-platform/src/cpu/groups.ts';
import { measure, probeFunction, startTruth, targetOf } from './harness.ts';

const opened = openCpuGroups();
const refusal = 'refusal' in opened ? opened.refusal : undefined;
if (!('refusal' in opened)) rmdirSync(opened.folder);
if (refusal !== undefined) console.warn(`SKIPPED: memory sizes are not told apart here: ${refusal}`);

describe.skipIf(refusal !== undefined)('memory', () => {
  it('finds what the quota of CPU by memory makes of the same work', async () => {
    const sizes = [177, 354, 1769];
    const platform = await startTruth(
      sizes.map((memoryMb) => probeFunction(`probe-${memoryMb}`, { memoryMb, timeoutSeconds: 30 })),
      { cpuLimit: 'required' },
    );
    onTestFinished(() => platform.stop());
    const { summary } = await measure('memory', targetOf(platform, 'probe-1769'), {
      set: [`sizes=${sizes.join(',')}`, 'rounds=20000', 'cold=1', 'warm=3'],
    });
    expect(summary.sizes.map(({ memoryMb, cold }) => [memoryMb, cold.n])).toEqual(sizes.map((mb) => [mb, 1]));
    const [tenth, fifth, whole] = summary.sizes.map(({ functionMs }) => functionMs.p50.value!);
    expect(summary.fastestMb).toBe(1769);
    // 2 ms and 4 ms of every 20 ms; the unused rest of the first and of the last period is used at once.
    expect(tenth! / fifth!).toBeGreaterThan(1.4);
    expect(fifth! / whole!).toBeGreaterThan(1.5);
    // Ten times the time at a tenth of the price is the same: no size is much cheaper than the quota's rest allows.
    for (const { costPerMillion } of summary.sizes) expect(costPerMillion!.value).toBeGreaterThan(0.2);
  });
});
