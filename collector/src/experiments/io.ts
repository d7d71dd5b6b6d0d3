import type { IoSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { meanInterval } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, latencies, short } from './figures.ts';
import { functionFor } from './function-for.ts';
import { known } from './known.ts';
import { count, counts, duration, text } from './parameters.ts';
import { shuffled } from './shuffled.ts';

/** Measurements of a call, by the name of the figure in the function's answer, and their size in bytes. */
const OPERATIONS = {
  writeMs: 'write',
  syncMs: 'fsync',
  readMs: 'read',
  connectMs: 'connect',
  transferMs: 'transfer',
} as const;

const parameters = {
  sizes: counts('memory sizes, MB; empty: the function as it is', [], 64, 100_000),
  function: text('the function of a size, with {memory} for it', 'probe-{memory}'),
  bytes: counts('written and read, and transferred', [65_536, 1_048_576], 1, 100_000_000),
  widths: counts('calls at once, so that neighbours are at it too', [1, 4], 1, 500),
  repeats: count('rounds of each', 5, 1, 1000),
  url: text('URL that the function requests; empty: no network test', ''),
  hold: duration('how long a call stays in the function besides', 0),
};

/** Disk and network of the function, over memory sizes and with neighbours. */
export const io = defineExperiment({
  name: 'io',
  summary: 'disk and network of the function, over memory sizes and with calls beside it',
  source: 'the Lambda and Fission comparison; Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'facts',
  calls: ({ sizes: [memoryMb], function: template }) =>
    memoryMb === undefined ? undefined : functionFor(template, { memory: memoryMb }),
  plan: ({ sizes, function: template, bytes, widths, repeats, url, hold }, { random }) => {
    const cells = (sizes.length === 0 ? [undefined] : sizes).flatMap((memoryMb) =>
      widths.flatMap((width) =>
        bytes.flatMap((ioBytes) =>
          Array.from({ length: repeats }, (_, round) => ({ memoryMb, width, ioBytes, round })),
        ),
      ),
    );
    return shuffled(cells, random).map(({ memoryMb, width, ioBytes, round }) => ({
      id: `${memoryMb ?? 'as it is'}/${width}/${ioBytes}/${round + 1}`,
      calls: 2 * width,
      waitMs: 0,
      workMs: 500 + hold,
      run: async ({ together, discard }: UnitContext) => {
        const spec = known({
          functionName: memoryMb === undefined ? undefined : functionFor(template, { memory: memoryMb }),
          memoryMb,
          width,
        });
        // New sandboxes read their code from the same disk.
        discard(
          await together(width, () => ({ ...spec, role: 'before', event: { holdMs: hold } })),
          'preparation',
        );
        await together(width, () => ({
          ...spec,
          role: 'io',
          cell: { bytes: ioBytes },
          event: { ioBytes, holdMs: hold, ...(url !== '' && { ioUrl: url }) },
        }));
      },
    }));
  },
  summarise: (samples): IoSummary => {
    const ok = measured(samples).filter(({ role }) => role === 'io');
    const cells = groupBy(ok, ({ memoryMb, width, cell }) => `${memoryMb}/${width}/${cell?.['bytes']}`);
    const operations = [...cells.values()].flatMap((own) =>
      Object.entries(OPERATIONS).flatMap(([figure, operation]) => operationOf(own, figure, operation)),
    );
    return {
      operations: operations.sort(
        (a, b) => a.operation.localeCompare(b.operation) || a.bytes - b.bytes || a.width - b.width,
      ),
    };
  },
  verdict: ({ operations }) => {
    const [alone, beside] = [Math.min, Math.max].map((pick) => pick(...operations.map(({ width }) => width)));
    const of = (width: number | undefined): number | undefined =>
      operations.findLast((one) => one.operation === 'fsync' && one.width === width)?.latency.p50.value;
    const [one, many] = [of(alone), of(beside)];
    if (one === undefined) return 'Nothing was measured.';
    const neighbours =
      alone === beside || many === undefined ? '' : `, and ${short(many)} ms with ${beside} calls at once`;
    return `To be sure that what was written is on disk takes ${short(one)} ms in the median${neighbours}.`;
  },
  table: ({ operations }) =>
    operations.map(({ operation, memoryMb, width, bytes, latency, bytesPerSecond }) => ({
      operation,
      MB: memoryMb,
      'at once': width,
      bytes,
      calls: latency.n,
      'median ms': latency.p50.value,
      'p95 ms': latency.p95.value,
      'MB/s': bytesPerSecond.value === undefined ? undefined : bytesPerSecond.value / 1e6,
    })),
});

function operationOf(
  own: readonly Sample[],
  figure: string,
  operation: string,
): IoSummary['operations'][number][] {
  const [first] = own;
  const times = own
    .map((sample) => sample.function?.measured?.[figure])
    .filter((ms) => typeof ms === 'number');
  if (!first || times.length === 0) return [];
  const bytes = Number(first.cell?.['bytes']);
  const moves = operation === 'connect' ? [] : times.filter((ms) => ms > 0);
  const { value, low, high, n } = meanInterval(moves.map((ms) => (bytes * 1000) / ms));
  return [
    known({
      operation,
      memoryMb: first.memoryMb,
      width: first.width ?? 1,
      bytes,
      latency: latencies(times),
      bytesPerSecond: known({ value, low, high, n }),
    }),
  ];
}
