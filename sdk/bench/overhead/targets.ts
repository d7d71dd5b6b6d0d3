import type { VariantResult } from './results.ts';

/** A limit for Sandscope's own figures. */
export interface Target {
  readonly name: string;
  /** Id of the variant it is about. */
  readonly variant: string;
  readonly unit: 'ms' | 'µs' | 'B';
  readonly limit: number;
  readonly value: number;
  /** 95 % interval of the value, if there is one. */
  readonly low?: number;
  readonly high?: number;
  readonly met: boolean;
  /** Limit minus value: positive means that the target is met, negative by how much it is missed. */
  readonly margin: number;
}

type Figure = (result: VariantResult) => { value: number; low?: number; high?: number } | undefined;

interface Goal {
  readonly name: string;
  readonly unit: Target['unit'];
  readonly limit: number | ((results: readonly VariantResult[]) => number | undefined);
  readonly figure: Figure;
}

const LAYER = 'otel-layer';

const GOALS: readonly Goal[] = [
  { name: 'added to the first response', unit: 'ms', limit: 8, figure: (one) => one.addedFirstResponseMs },
  {
    name: 'the same, a fifteenth of what the bundled OpenTelemetry layer adds',
    unit: 'ms',
    limit: (results) => {
      const layer = results.find(({ id }) => id === LAYER)?.addedFirstResponseMs?.value;
      return layer === undefined ? undefined : layer / 15;
    },
    figure: (one) => one.addedFirstResponseMs,
  },
  {
    name: 'added before a warm response, p50',
    unit: 'µs',
    limit: 60,
    figure: (one) => one.addedCallP50Micros,
  },
  {
    name: 'added before a warm response, p99',
    unit: 'µs',
    limit: 300,
    figure: (one) => one.addedCallP99Micros,
  },
  {
    name: 'CPU after a warm response, export included',
    unit: 'µs',
    limit: 400,
    figure: (one) => one.addedPostResponseCpuMicros,
  },
  {
    name: 'CPU after the first response of a cold start',
    unit: 'ms',
    limit: 30,
    figure: (one) => one.addedPostResponseCpuMs,
  },
  { name: 'resident memory added', unit: 'B', limit: 8e6, figure: (one) => one.addedRssBytes },
  {
    name: 'deployable bundle, minified',
    unit: 'B',
    limit: 80e3,
    figure: ({ bundle }) => bundle && { value: bundle.minifiedBytes },
  },
  {
    name: 'added to the first response under 1/14 of a core',
    unit: 'ms',
    limit: 150,
    figure: (one) => one.addedQuotaFirstResponseMs,
  },
];

/** Each target for each of Sandscope's variants, without those that have no figure (not measured). */
export function judgeTargets(results: readonly VariantResult[]): Target[] {
  const own = results.filter(({ id }) => id.startsWith('sandscope'));
  return GOALS.flatMap(({ name, unit, limit: wanted, figure }) => {
    const limit = typeof wanted === 'number' ? wanted : wanted(results);
    return own.flatMap((one) => {
      const measured = figure(one);
      if (limit === undefined || measured === undefined) return [];
      const { value, low, high } = measured;
      const interval = low !== undefined && high !== undefined && { low, high };
      return [
        {
          name,
          variant: one.id,
          unit,
          limit,
          value,
          ...interval,
          met: value <= limit,
          margin: limit - value,
        },
      ];
    });
  });
}
