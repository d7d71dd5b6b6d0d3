import type { CommunicationSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { leastSquares, meanInterval } from '../statistics/index.ts';
import { badOption } from '../config/index.ts';
import { settle } from './settle.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, latencies, lineText } from './figures.ts';
import { known } from './known.ts';
import { count, counts, text, texts } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const PATHS = ['function', 'redis', 's3'] as const;

const parameters = {
  paths: texts(`of ${PATHS.join(', ')}`, ['function']),
  sizes: counts('bytes of a payload', [1_000, 10_000, 100_000, 1_000_000], 1, 50_000_000),
  repeats: count('exchanges of each', 10, 1, 1000),
  peer: text('function that is called by the first one; empty: the same', ''),
  redis: text('redis://host:port that functions reach', 'redis://127.0.0.1:6379'),
  s3: text(
    'URL of a bucket of S3-compatible storage that is open to all; empty: BUCKET_URL of the function, signed',
    '',
  ),
};

/** The paths, in a sentence. */
const PEERS: Readonly<Record<string, string>> = {
  function: 'another function',
  redis: 'Redis',
  s3: 'object storage',
};

/** Transfers from function to function, to Redis, and to object storage, over payload sizes. */
export const communication = defineExperiment({
  name: 'communication',
  summary: 'function to function, to Redis and to S3-compatible storage, against the payload',
  source: 'Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'facts',
  plan: ({ paths, sizes, repeats, peer, redis, s3 }, { random }) => {
    for (const path of paths) {
      if (!PATHS.some((one) => one === path))
        throw badOption(`--set paths: "${path}" is not one of ${PATHS.join(', ')}`);
    }
    const cells = Array.from({ length: repeats }, (_, round) =>
      paths.flatMap((path) => sizes.map((bytes) => ({ round, path, bytes }))),
    ).flat();
    return shuffled(cells, random).map(({ round, path, bytes }) => ({
      id: `${path}/${bytes}/${round + 1}`,
      calls: 2,
      waitMs: 0,
      workMs: 300,
      run: async (context: UnitContext) => {
        const nextUrl = context.urlOf(peer === '' ? undefined : peer);
        const where = path === 'function' ? nextUrl : path === 'redis' ? redis : s3;
        const event = known({ exchange: path, exchangeUrl: where, exchangeBytes: bytes });
        // The first one warms sandboxes and connections on both sides.
        context.discard([await context.call({ role: 'before', event })], 'preparation');
        await settle(context);
        await context.call({ role: 'exchange', event, cell: { path, bytes } });
      },
    }));
  },
  summarise: (samples): CommunicationSummary => {
    const ok = measured(samples).filter((sample) => timeOf(sample) !== undefined);
    const groups = groupBy(ok, ({ cell }) => `${cell?.['path']}/${cell?.['bytes']}`);
    const paths = [...groups.values()].map((own) => {
      const times = own.map(timeOf).filter((ms) => ms !== undefined);
      const payloadBytes = Number(own[0]!.cell?.['bytes']);
      const { value, low, high, n } = meanInterval(times.map((ms) => (payloadBytes * 1000) / ms));
      return {
        path: String(own[0]!.cell?.['path']),
        payloadBytes,
        latency: latencies(times),
        bytesPerSecond: known({ value, low, high, n }),
      };
    });
    paths.sort((a, b) => a.path.localeCompare(b.path) || a.payloadBytes - b.payloadBytes);
    const fits = [...groupBy(ok, ({ cell }) => String(cell?.['path']))].map(([path, own]) => ({
      path,
      fit: leastSquares(
        own.map(({ cell }) => Number(cell?.['bytes']) / 1e6),
        own.map((sample) => timeOf(sample) ?? Number.NaN),
      ),
    }));
    return { paths, fits };
  },
  verdict: ({ fits }) =>
    fits.length === 0
      ? 'Nothing was measured.'
      : `A round trip ${fits.map(({ path, fit }) => `to ${PEERS[path] ?? path} takes ${lineText(fit)}`).join('; one ')}.`,
  table: ({ paths }) =>
    paths.map(({ path, payloadBytes, latency, bytesPerSecond }) => ({
      path,
      bytes: payloadBytes,
      exchanges: latency.n,
      'median ms': latency.p50.value,
      'p95 ms': latency.p95.value,
      'MB/s': bytesPerSecond.value === undefined ? undefined : bytesPerSecond.value / 1e6,
    })),
});

function timeOf(sample: Sample): number | undefined {
  const ms = sample.function?.measured?.['exchangeMs'];
  return typeof ms === 'number' ? ms : undefined;
}
