import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuTimeOf, FIRST_PERIOD } from '../../../collector/src/correlate/questions/memory/cpu-time.ts';
import { quotaLaw, wallTime } from '../../../collector/src/correlate/questions/memory/quota-law.ts';
import { groupBy } from '../../../collector/src/correlate/lifelines.ts';
import { RECORDINGS } from '../../support/recordings.ts';
import type { Line } from '../table.ts';
import type { Section } from './section.ts';

const SWEEP = 'cirrus/aws-memory-sweep-2025.csv';
const WHOLE_CPU_MB = 1_769;

interface Size {
  readonly model: string;
  readonly memoryMb: number;
  readonly meanMs: number;
  /** Means of its batches of 500 calls. */
  readonly batchesMs: readonly number[];
  readonly p05Ms: number;
  readonly p50Ms: number;
  readonly firstPeriodP50Ms: number | undefined;
}

const mean = (values: readonly number[]): number => values.reduce((sum, own) => sum + own, 0) / values.length;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >>> 1]!;

/** Each memory size of each CPU model, over its batches. */
function sizesOf(text: string, periodMs: number): Size[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const names = head.split(',');
  const rows = lines.map((line) => {
    const cells = line.split(',');
    const of = (name: string): number => Number(cells[names.indexOf(name)]);
    return { model: cells[names.indexOf('cpu_model')] ?? '', of };
  });
  return [...groupBy(rows, ({ model, of }) => `${model} ${of('memory_mb')}`).values()].map((own) => {
    const over = (name: string): number => mean(own.map(({ of }) => of(name)));
    const quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(
      (q) => [q, over(`p${String(100 * q).padStart(2, '0')}_ms`)] as const,
    );
    const within = quantiles.filter(([, ms]) => ms < FIRST_PERIOD * periodMs);
    const share = within.at(-1)?.[0];
    const first = share === undefined ? undefined : within.find(([q]) => q >= share / 2)?.[1];
    return {
      model: own[0]!.model,
      memoryMb: own[0]!.of('memory_mb'),
      meanMs: over('mean_ms'),
      batchesMs: own.map(({ of }) => of('mean_ms')),
      p05Ms: over('p05_ms'),
      p50Ms: over('p50_ms'),
      firstPeriodP50Ms: first,
    };
  });
}

/** Predicted times at other memory sizes, compared with measured ones. */
export const memory: Section = {
  name: 'memory',
  about:
    'A job of 16 ms on AWS Lambda, measured in 2025 at 98 sizes of memory: the means of every size, batch by batch, predicted from the sizes with a whole CPU ' +
    'of the same CPU model, and from each single size. The recording is no part of the project.',
  measure: () => {
    const path = join(RECORDINGS, SWEEP);
    if (!existsSync(path))
      return [
        { what: SWEEP, wanted: 'to be there', reached: 'not there: nothing measured', n: '0', holds: false },
      ];
    const law = quotaLaw('aws_lambda')!;
    const sizes = sizesOf(readFileSync(path, 'utf8'), law.periodMs);
    const models = [...groupBy(sizes, ({ model }) => model).values()];
    const misses = (cpuMs: number, own: readonly Size[], of: (size: Size) => readonly number[]): number[] =>
      own.flatMap((size) => {
        const predictedMs = wallTime(law, cpuMs, size.memoryMb)!.valueMs;
        return of(size).map((measuredMs) => Math.abs(predictedMs / measuredMs - 1));
      });
    const cpuOf = (size: Size): number[] => {
      const cpu = cpuTimeOf(law, size);
      return cpu === undefined ? [] : [cpu.valueMs];
    };
    const fromWhole = models.flatMap((own) => {
      const whole = own.filter(({ memoryMb }) => memoryMb >= WHOLE_CPU_MB).flatMap(cpuOf);
      return whole.length === 0 ? [] : misses(mean(whole), own, ({ batchesMs }) => batchesMs);
    });
    const fromAny = models.flatMap((own) =>
      own.flatMap((size) => cpuOf(size).flatMap((cpu) => misses(cpu, own, ({ meanMs }) => [meanMs]))),
    );
    const line = (
      what: string,
      of: (values: readonly number[]) => number,
      errors: readonly number[],
      most: number,
    ): Line => ({
      what,
      wanted: `≤ ${100 * most} %`,
      reached: `${(100 * of(errors)).toFixed(1)} %`,
      n: `${errors.length} predictions`,
      holds: of(errors) <= most,
    });
    return [
      line('from sizes with a whole CPU: mean absolute error', mean, fromWhole, 0.05),
      line('… median', median, fromWhole, 0.03),
      line('from any one size: mean absolute error', mean, fromAny, 0.06),
    ];
  },
};
