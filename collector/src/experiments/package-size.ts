import type { PackageSizeSummary, UnitContext } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';
import { leastSquares } from '../statistics/index.ts';
import { badOption } from '../config/index.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, groupBy, latencies, short } from './figures.ts';
import { known } from './known.ts';
import { count, duration, texts } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const parameters = {
  functions: texts('functions that differ in their code alone, each as name:bytes', [
    'small:1000',
    'medium:2000000',
    'large:10000000',
  ]),
  repeats: count('cold calls of each', 10, 2, 1000),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
};

/** Cold starts of functions that differ only in the size of their code. */
export const packageSize = defineExperiment({
  name: 'package-size',
  summary: 'cold start against the size of the code',
  source: 'Ustiugov et al., STeLLAR, IISWC 2021',
  parameters,
  needs: 'facts',
  calls: ({ functions }) => functions.map(readFunction)[0]?.functionName,
  plan: ({ functions, repeats, 'cold-wait': coldWait }, { random }) => {
    const cells = functions
      .map(readFunction)
      .flatMap((one) => Array.from({ length: repeats }, (_, round) => Object.assign({ round }, one)));
    return shuffled(cells, random).map(({ functionName, packageBytes, round }) => ({
      id: `${functionName}/${round + 1}`,
      calls: 1,
      waitMs: coldWait,
      workMs: 1_000,
      run: async ({ call, makeCold, discard }: UnitContext) => {
        await makeCold(coldWait, functionName);
        const sample = await call({ functionName, role: 'cold', cell: { packageBytes } });
        if (sample.start !== 'cold') discard([sample], 'wrong_start');
      },
    }));
  },
  summarise: (samples): PackageSizeSummary => {
    const ok = measured(samples);
    const bytesOf = ({ cell }: (typeof ok)[number]): number => Number(cell?.['packageBytes']);
    const sizes = [...groupBy(ok, bytesOf)]
      .sort(([a], [b]) => a - b)
      .map(([packageBytes, own]) => {
        const init = own.map((sample) => sample.provider?.initMs ?? sample.function?.initMs);
        return known({
          packageBytes,
          cold: clientLatencies(own),
          initMs: init.some((ms) => ms !== undefined) ? latencies(init) : undefined,
        });
      });
    const x = ok.map((sample) => bytesOf(sample) / 1e6);
    return {
      sizes,
      fit: leastSquares(
        x,
        ok.map((sample) => clientMs(sample) ?? Number.NaN),
      ),
    };
  },
  verdict: ({ fit: { slope, intercept } }) => {
    if (slope.value === undefined) return 'Sizes do not differ, or nothing was measured.';
    const sure = slope.low !== undefined && slope.low > 0;
    return sure
      ? `A cold start takes ${short(intercept.value)} ms and ${short(slope.value)} ms more for each MB of code.`
      : `That a cold start takes longer with more code is not shown by these data (${short(slope.value)} ms per MB).`;
  },
  table: ({ sizes }) =>
    sizes.map(({ packageBytes, cold, initMs }) => ({
      bytes: packageBytes,
      calls: cold.n,
      'median ms': cold.p50.value,
      'p95 ms': cold.p95.value,
      'init median ms': initMs?.p50.value,
    })),
});

function readFunction(text: string): { readonly functionName: string; readonly packageBytes: number } {
  const [, functionName, bytes] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (functionName === undefined) throw badOption(`--set functions: "${text}" is not name:bytes`);
  return { functionName, packageBytes: Number(bytes) };
}
