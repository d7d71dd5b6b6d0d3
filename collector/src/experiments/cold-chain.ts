import type { ColdChainSummary, Estimate, Sample, UnitContext } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';
import { contrast } from '../statistics/index.ts';
import { settle } from './settle.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, short } from './figures.ts';
import { count, duration, text } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const parameters = {
  chain: text('function that adds and calls the next one', 'chain'),
  double: text('the next one', 'double'),
  fused: text('function that does both by itself', 'add-double'),
  next: text('where the first function calls the next one; empty: as the target is called', ''),
  repeats: count('calls of each of the four kinds', 20, 2, 10_000),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
};

/** F(a, b) = a + b, then G(x) = 2x: chained through the platform or within one function, cold or warm. */
export const coldChain = defineExperiment({
  name: 'cold-chain',
  summary: 'what a chain of two functions costs against one, cold and warm',
  source: 'the Lambda and Fission experiment',
  parameters,
  needs: 'facts',
  calls: ({ chain }) => chain,
  plan: ({ chain, double, fused, next, repeats, 'cold-wait': coldWait }, { random }) => {
    const cells = Array.from({ length: repeats }, (_, round) =>
      (['cold', 'warm'] as const).flatMap((start) =>
        [true, false].map((chained) => ({ round, start, chained })),
      ),
    ).flat();
    return shuffled(cells, random).map(({ round, start, chained }) => {
      const functionName = chained ? chain : fused;
      return {
        id: `${start}/${chained ? 'chained' : 'fused'}/${round + 1}`,
        calls: start === 'cold' ? 1 : 2,
        waitMs: start === 'cold' ? coldWait : 0,
        workMs: 500,
        run: async (context: UnitContext) => {
          const { call, makeCold, discard } = context;
          const nextUrl = next === '' ? context.urlOf(double) : next;
          const event = { a: round, b: 1, ...(chained && nextUrl !== undefined && { nextUrl }) };
          const spec = { functionName, event, cell: { start, chained, expected: 2 * (round + 1) } };
          if (start === 'cold') {
            // One wait serves both functions, but each must be reset on the platform separately.
            await makeCold(coldWait, functionName);
            if (chained) await makeCold(0, double);
          } else {
            discard([await call({ ...spec, role: 'before' })], 'preparation');
            await settle(context);
          }
          const sample = await call({ ...spec, role: 'chain' });
          if (sample.start !== start) discard([sample], 'wrong_start');
        },
      };
    });
  },
  summarise: (samples): ColdChainSummary => {
    const ok = measured(samples).filter(({ role }) => role === 'chain');
    const isWrong = ({ cell, function: reported }: Sample): boolean =>
      reported?.measured?.['result'] !== cell?.['expected'];
    const right = ok.filter((sample) => !isWrong(sample));
    const of = (start: string, chained: boolean): Sample[] =>
      right.filter(({ cell }) => cell?.['start'] === start && cell['chained'] === chained);
    const groups = [of('cold', true), of('cold', false), of('warm', true), of('warm', false)];
    const times = groups.map((own) => own.map((sample) => clientMs(sample)).filter((ms) => ms !== undefined));
    return {
      cells: (['cold', 'warm'] as const).flatMap((start) =>
        [true, false].map((chained) => ({ start, chained, latency: clientLatencies(of(start, chained)) })),
      ),
      effects: {
        cold: contrast(times, [0.5, 0.5, -0.5, -0.5]),
        chained: contrast(times, [0.5, -0.5, 0.5, -0.5]),
        interaction: contrast(times, [1, -1, -1, 1]),
      },
      wrongAnswers: ok.length - right.length,
    };
  },
  verdict: ({ effects: { cold, chained, interaction }, wrongAnswers }) => {
    if (cold.value === undefined) return 'Not all four kinds of calls were measured.';
    const interactionMs = interaction.value ?? 0;
    const more = !isShown(interaction)
      ? 'that a chain costs more or less when cold is not shown by these data'
      : `cold, the chain costs ${short(Math.abs(interactionMs))} ms ${interactionMs > 0 ? 'more' : 'less'} than warm`;
    const wrong = wrongAnswers === 0 ? '' : ` ${wrongAnswers} answers were wrong and are left out.`;
    const costs = (effect: Estimate): string =>
      `${short(effect.value)} ms${isShown(effect) ? '' : ' (not shown to differ from 0)'}`;
    return `A cold start costs ${costs(cold)} and the chain ${costs(chained)}; ${more}.${wrong}`;
  },
  table: ({ cells }) =>
    cells.map(({ start, chained, latency }) => ({
      start,
      chained: chained ? 'through the platform' : 'one function',
      calls: latency.n,
      'median ms': latency.p50.value,
      'mean ms': latency.mean.value,
      'p95 ms': latency.p95.value,
    })),
});

/** Whether the data exclude that there is no effect. */
function isShown({ low, high }: Estimate): boolean {
  return low !== undefined && high !== undefined && (low > 0 || high < 0);
}
