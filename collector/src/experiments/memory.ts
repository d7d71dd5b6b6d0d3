import type { Estimate, MemorySummary, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { meanInterval } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, groupBy, latencies, short } from './figures.ts';
import { functionFor } from './function-for.ts';
import { known } from './known.ts';
import { count, counts, duration, text } from './parameters.ts';
import { callPrice } from './prices.ts';
import { shuffled } from './shuffled.ts';

const parameters = {
  sizes: counts('memory sizes, MB', [128, 256, 512, 770, 1024, 1195, 1536, 1769, 3008], 64, 100_000),
  function: text('the function of a size, with {memory} for it', 'probe-{memory}'),
  rounds: count('of SHA-256: the same work at each size', 20_000, 0, 10_000_000),
  cold: count('cold calls of each size', 3, 0, 1000),
  warm: count('warm calls of each size', 20, 1, 10_000),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
};

/** Sizes whose durations differ by less form one plateau. */
const SAME = 0.03;

/** Duration and price of the same work over memory sizes. */
export const memory = defineExperiment({
  name: 'memory',
  summary: 'duration, billed time and price over memory sizes, cold and warm apart',
  source: 'AWS Lambda Power Tuning, and what its users ask for',
  parameters,
  needs: 'facts',
  calls: ({ sizes, function: template }) => functionFor(template, { memory: sizes[0]! }),
  plan: ({ sizes, function: template, rounds, cold, warm, 'cold-wait': coldWait }, { random }) => {
    const cells = sizes.flatMap((memoryMb) => [
      ...Array.from({ length: cold }, (_, round) => ({ memoryMb, start: 'cold' as const, round })),
      { memoryMb, start: 'warm' as const, round: 0 },
    ]);
    return shuffled(cells, random).map(({ memoryMb, start, round }) => ({
      id: `${memoryMb}/${start}/${round + 1}`,
      calls: start === 'cold' ? 1 : warm + 1,
      waitMs: start === 'cold' ? coldWait : 0,
      workMs: (start === 'cold' ? 1 : warm + 1) * 500,
      run: async ({ call, makeCold, discard }: UnitContext) => {
        const functionName = functionFor(template, { memory: memoryMb });
        const spec = { functionName, memoryMb, role: start, event: { rounds } };
        if (start === 'cold') await makeCold(coldWait, functionName);
        else discard([await call({ ...spec, role: 'before' })], 'preparation');
        for (let left = start === 'cold' ? 1 : warm; left > 0; left -= 1) {
          const sample = await call(spec);
          if (sample.start !== start) discard([sample], 'wrong_start');
        }
      },
    }));
  },
  summarise: (samples, _parameters, { prices }): MemorySummary => {
    const groups = [...groupBy(measured(samples), ({ memoryMb }) => memoryMb)].sort(([a], [b]) => a - b);
    const sizes = groups.map(([memoryMb, own]) => {
      const warm = own.filter(({ start }) => start === 'warm');
      const used = warm.map((sample) => sample.provider?.durationMs ?? sample.function?.durationMs);
      const all = used.filter((ms) => ms !== undefined);
      const billed = warm.map(({ provider }) => provider?.billedMs).filter((ms) => ms !== undefined);
      return known({
        memoryMb,
        cold: clientLatencies(own.filter(({ start }) => start === 'cold')),
        warm: clientLatencies(warm),
        functionMs: latencies(all),
        billedMs: billed.length === 0 ? undefined : latencies(billed),
        costPerMillion:
          all.length === 0 ? undefined : meanInterval(all.map((ms) => 1e6 * callPrice(prices, ms, memoryMb))),
      });
    });
    return known({
      sizes,
      cheapestMb: leastBy(sizes, ({ costPerMillion }) => costPerMillion?.value),
      fastestMb: fastestOf(sizes),
      balancedMb: leastBy(sizes, ({ costPerMillion, functionMs }) =>
        costPerMillion?.value === undefined || functionMs.p50.value === undefined
          ? undefined
          : costPerMillion.value * functionMs.p50.value,
      ),
      plateaus: plateausOf(sizes),
    });
  },
  verdict: ({ sizes, cheapestMb, fastestMb, plateaus }) => {
    const of = (mb: number | undefined) => sizes.find(({ memoryMb }) => memoryMb === mb);
    const [cheap, fast] = [of(cheapestMb), of(fastestMb)];
    if (!cheap || !fast) return 'Nothing was measured.';
    const stairs =
      plateaus.length === 0
        ? ''
        : `; ${plateaus.map(({ fromMb, toMb }) => `${fromMb} and ${toMb} MB`).join(', ')} are equally fast`;
    const percent = (a: number | undefined, b: number | undefined): string =>
      a === undefined || b === undefined ? 'unknown' : short(100 * (1 - a / b));
    if (cheap === fast) {
      const isCheapest = sizes.every(
        (size) => size === cheap || isBelow(cheap.costPerMillion, size.costPerMillion),
      );
      return isCheapest
        ? `${cheap.memoryMb} MB is both cheapest and fastest${stairs}.`
        : `${cheap.memoryMb} MB is fastest, and no other size is shown to be cheaper${stairs}.`;
    }
    const [cheapMb, fastMb] = [`${cheap.memoryMb} MB`, `${fast.memoryMb} MB`];
    const saved = percent(cheap.costPerMillion?.value, fast.costPerMillion?.value);
    const faster = percent(fast.functionMs.p50.value, cheap.functionMs.p50.value);
    if (!isBelow(fast.functionMs.p50, cheap.functionMs.p50))
      return `${cheapMb} is cheapest; that another size is faster is not shown by these data${stairs}.`;
    return isBelow(cheap.costPerMillion, fast.costPerMillion)
      ? `${cheapMb} is ${saved} % cheaper than ${fastMb}, which is ${faster} % faster${stairs}.`
      : `${fastMb} is ${faster} % faster than ${cheapMb}; that it costs more is not shown by these data${stairs}.`;
  },
  table: ({ sizes }) =>
    sizes.map(({ memoryMb, cold, warm, functionMs, billedMs, costPerMillion }) => ({
      MB: memoryMb,
      'cold median ms': cold.p50.value,
      'warm median ms': warm.p50.value,
      'function median ms': functionMs.p50.value,
      'function p95 ms': functionMs.p95.value,
      'billed ms': billedMs?.p50.value,
      'cost/million': costPerMillion?.value,
    })),
});

type Size = MemorySummary['sizes'][number];

function leastBy(sizes: readonly Size[], value: (size: Size) => number | undefined): number | undefined {
  let best: { readonly mb: number; readonly value: number } | undefined;
  for (const size of sizes) {
    const own = value(size);
    if (own !== undefined && (best === undefined || own < best.value))
      best = { mb: size.memoryMb, value: own };
  }
  return best?.mb;
}

/** The smallest size whose median is within a few percent of the shortest one. */
function fastestOf(sizes: readonly Size[]): number | undefined {
  const least = Math.min(...sizes.map(({ functionMs }) => functionMs.p50.value ?? Infinity));
  return sizes.find(({ functionMs }) => (functionMs.p50.value ?? Infinity) <= least * (1 + SAME))?.memoryMb;
}

/** Runs of neighbouring sizes whose medians lie within a few percent. */
/** Whether the data show a difference: their 95 % intervals do not overlap. */
const isBelow = (one: Estimate | undefined, other: Estimate | undefined): boolean =>
  one?.high !== undefined && other?.low !== undefined && one.high < other.low;

function plateausOf(sizes: readonly Size[]): MemorySummary['plateaus'] {
  const plateaus: { fromMb: number; toMb: number; medianMs: number }[] = [];
  for (const { memoryMb, functionMs } of sizes) {
    const medianMs = functionMs.p50.value;
    if (medianMs === undefined) continue;
    const last = plateaus.at(-1);
    if (last && Math.abs(medianMs / last.medianMs - 1) <= SAME) last.toMb = memoryMb;
    else plateaus.push({ fromMb: memoryMb, toMb: memoryMb, medianMs });
  }
  return plateaus.filter(({ fromMb, toMb }) => toMb > fromMb);
}
