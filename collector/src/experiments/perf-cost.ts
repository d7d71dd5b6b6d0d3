import type { PerfCostSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';
import { ascending, meanInterval, quantileInterval } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import type { PricePlan } from './experiment.ts';
import { coldShare, coldWarmRatio, groupBy, latencies, short } from './figures.ts';
import { functionFor } from './function-for.ts';
import { known } from './known.ts';
import { count, counts, duration, real, text, texts } from './parameters.ts';
import { breakEvenPerHour } from '../prices/index.ts';
import { billedMs, callPrice } from './prices.ts';
import { writeSebsCsv } from './sebs-csv.ts';
import { shuffled } from './shuffled.ts';

const MODES = ['cold', 'warm', 'burst', 'sequential'] as const;
type Mode = (typeof MODES)[number];
const NAMES: Readonly<Record<Mode, string>> = {
  cold: 'Cold',
  warm: 'Warm',
  burst: 'Burst',
  sequential: 'Sequential',
};
/** What a mode does, where it is unknown whether its calls started as it wants. */
const WANTED: Readonly<Record<Mode, string>> = {
  ...NAMES,
  cold: 'Concurrent',
  warm: 'Concurrent',
};

const parameters = {
  modes: texts(`of ${MODES.join(', ')}`, MODES),
  sizes: counts('memory sizes, MB; empty: the function as it is', [], 64, 100_000),
  function: text('the function of a size, with {memory} for it', 'probe-{memory}'),
  batch: count('calls at once', 50, 1, 1000),
  samples: count('calls of each mode and size', 200, 1, 100_000),
  hold: duration('how long a call stays in the function besides its work, so that calls overlap', 0),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
  'machine-price': real('of a rented machine, an hour', 0.0116),
};

/** Time and price of a function: cold, warm, burst and sequential, over memory sizes. */
export const perfCost = defineExperiment({
  name: 'perf-cost',
  summary: 'time, billed time and price of a function, cold, warm, in bursts and in sequence',
  source: 'Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'starts',
  files: { 'result.csv': writeSebsCsv },
  plan: ({ modes, sizes, function: template, batch, samples, hold, 'cold-wait': coldWait }, { random }) => {
    const cells = (sizes.length === 0 ? [undefined] : sizes).flatMap((memoryMb) =>
      MODES.filter((mode) => modes.includes(mode)).flatMap((mode) =>
        Array.from({ length: Math.ceil(samples / batch) }, (_, round) => ({
          mode,
          memoryMb,
          round,
          size: Math.min(batch, samples - round * batch),
        })),
      ),
    );
    return shuffled(cells, random).map(({ mode, memoryMb, round, size }) => ({
      id: `${mode}/${memoryMb ?? 'as it is'}/${round + 1}`,
      calls: mode === 'warm' ? 2 * size : size + (mode === 'sequential' ? 1 : 0),
      waitMs: mode === 'cold' || mode === 'burst' ? coldWait : 0,
      workMs:
        (mode === 'sequential' ? size : 2) * (200 + hold) +
        (mode === 'warm' || mode === 'sequential' ? FREE_AGAIN_MS : 0),
      run: (context: UnitContext) =>
        runBatch(context, { mode, size, coldWait, ...cellOf(template, memoryMb, hold) }),
    }));
  },
  summarise: (samples, { 'machine-price': machinePrice }, { prices, seed }): PerfCostSummary => {
    const ok = measured(samples).filter((sample) => isOfMode(sample));
    const cells = [...groupBy(ok, ({ cell, memoryMb }) => `${cell?.['mode']}/${memoryMb}`).values()].map(
      (own) => cellSummary(own, prices, machinePrice),
    );
    cells.sort(
      (a, b) => MODES.indexOf(a.mode) - MODES.indexOf(b.mode) || (a.memoryMb ?? 0) - (b.memoryMb ?? 0),
    );
    const ratios = [...groupBy(ok, memoryOf)].map(([memoryMb, own]) => ({
      memoryMb,
      ratio: coldWarmRatio(own, seed),
    }));
    return { cells, coldWarmRatio: ratios.filter(({ ratio }) => ratio.value !== undefined) };
  },
  verdict: ({ cells, coldWarmRatio: ratios }) => {
    const warm = cells.find(({ mode }) => mode === 'warm') ?? cells[0];
    if (!warm) return 'Nothing was measured.';
    const ratio = ratios[0]?.ratio.value;
    const cold = ratio === undefined ? '' : `, cold ones ${short(ratio)} times that`;
    const cost =
      warm.costPerMillion?.value === undefined
        ? ''
        : `; a million cost ${short(warm.costPerMillion.value)} ${warm.currency ?? ''}`;
    const which = warm.coldShare?.n === 0 ? WANTED[warm.mode] : NAMES[warm.mode];
    const unknown = warm.coldShare?.n === 0 ? '; whether calls started cold is unknown' : '';
    return `${which} calls take ${short(warm.client.p50.value)} ms in the median${cold}${cost}${unknown}.`;
  },
  table: ({ cells }) =>
    cells.map(
      ({
        mode,
        memoryMb,
        client,
        function: own,
        coldShare: cold,
        costPerMillion,
        billedEfficiency,
        breakEvenPerHour: even,
      }) => ({
        mode,
        MB: memoryMb,
        calls: client.n,
        'cold share': cold?.value ?? 'unknown',
        'client median': client.p50.value,
        'client mean': client.mean.value,
        'function median': own?.p50.value,
        'cost/million': costPerMillion?.value,
        'billed used': billedEfficiency,
        'break-even/h': even,
      }),
    ),
});

function cellOf(template: string, memoryMb: number | undefined, hold: number) {
  return known({
    functionName: memoryMb === undefined ? undefined : functionFor(template, { memory: memoryMb }),
    memoryMb,
    event: hold > 0 ? { holdMs: hold } : undefined,
  });
}

interface BatchPlan {
  readonly mode: Mode;
  readonly size: number;
  readonly coldWait: number;
  readonly functionName?: string;
  readonly memoryMb?: number;
  readonly event?: Readonly<Record<string, unknown>>;
}

/**
 * After the first answer of a sandbox, until it takes another call, ms: what it sends or stores then holds it, and a call
 * at once would start another sandbox.
 */
const FREE_AGAIN_MS = 250;

async function runBatch(context: UnitContext, { mode, size, coldWait, ...rest }: BatchPlan): Promise<void> {
  const { call, together, makeCold, discard, pause } = context;
  const spec = { ...rest, role: mode, cell: { mode }, width: mode === 'sequential' ? 1 : size };
  const keep = (samples: readonly Sample[], start: string): void =>
    discard(
      samples.filter((sample) => sample.start !== start && sample.start !== 'unknown'),
      'wrong_start',
    );
  if (mode === 'cold' || mode === 'burst') {
    await makeCold(coldWait, rest.functionName);
    const samples = await together(size, () => spec);
    // In a burst, calls that find a sandbox which another call has just left are part of the measurement.
    if (mode === 'cold') keep(samples, 'cold');
  } else if (mode === 'warm') {
    discard(await together(size, () => ({ ...spec, role: 'before' })), 'preparation');
    await pause(FREE_AGAIN_MS);
    keep(await together(size, () => spec), 'warm');
  } else {
    discard([await call({ ...spec, role: 'before' })], 'preparation');
    await pause(FREE_AGAIN_MS);
    for (let index = 0; index < size; index += 1) keep([await call(spec)], 'warm');
  }
}

/** Whether it started as its mode wants; also if that is unknown, and then it is not claimed. */
const isOfMode = ({ cell, start }: Sample): boolean =>
  start === 'unknown' ||
  cell?.['mode'] === 'burst' ||
  start === (cell?.['mode'] === 'cold' ? 'cold' : 'warm');

const memoryOf = (sample: Sample): number | undefined =>
  sample.provider?.memoryMb ?? sample.function?.memoryMb ?? sample.memoryMb;

function cellSummary(
  samples: readonly Sample[],
  prices: PricePlan,
  machinePrice: number,
): PerfCostSummary['cells'][number] {
  const mode = samples[0]?.cell?.['mode'] as Mode;
  const memoryMb = samples.map(memoryOf).find((mb) => mb !== undefined);
  const client = samples.map((sample) => clientMs(sample)).filter((ms) => ms !== undefined);
  const own = samples.map((sample) => sample.function?.durationMs).filter((ms) => ms !== undefined);
  const provider = samples.map((sample) => sample.provider?.durationMs).filter((ms) => ms !== undefined);
  // The provider's reported duration; else the function's own time, which lacks the platform's addition.
  const used = provider.length > 0 ? provider : own;
  const billed = used.map((ms) => billedMs(prices, ms));
  const cost = memoryMb === undefined ? [] : used.map((ms) => 1e6 * callPrice(prices, ms, memoryMb));
  const costPerMillion = cost.length === 0 ? undefined : meanInterval(cost);
  return known({
    mode,
    memoryMb,
    client: latencies(client),
    coldShare: coldShare(samples),
    provider: provider.length > 0 ? latencies(provider) : undefined,
    function: own.length > 0 ? latencies(own) : undefined,
    median99: quantileInterval(client.toSorted(ascending), 0.5, { level: 0.99 }),
    mean99: { ...meanInterval(client, 0.99), level: 0.99 },
    costPerMillion,
    currency: costPerMillion && prices.currency,
    billedEfficiency: used.length > 0 ? sum(used) / sum(billed) : undefined,
    breakEvenPerHour:
      costPerMillion?.value === undefined || costPerMillion.value === 0
        ? undefined
        : breakEvenPerHour(machinePrice, costPerMillion.value),
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
