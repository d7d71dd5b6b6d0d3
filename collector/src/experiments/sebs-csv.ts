import type { Sample } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';

const MICROS_PER_MS = 1000;

/** Columns and units of SeBS: times in µs, except `connection_time` in seconds; memory in MB, 0 if not given. */
const COLUMNS: readonly (readonly [
  name: string,
  value: (sample: Sample) => string | number | boolean | undefined,
])[] = [
  ['memory', ({ memoryMb }) => memoryMb ?? 0],
  ['type', ({ cell }) => cell?.['mode']],
  ['is_cold', ({ start }) => (start === 'unknown' ? undefined : start === 'cold' ? 'True' : 'False')],
  ['exec_time', (sample) => micros(sample.function?.durationMs)],
  ['connection_time', ({ sentMs, connectedMs }) => ((connectedMs ?? sentMs) - sentMs) / 1000],
  ['client_time', (sample) => micros(clientMs(sample))],
  ['provider_time', ({ provider }) => micros(provider?.durationMs)],
  ['mem_used', ({ provider }) => provider?.maxMemoryUsedMb],
];

/**
 * The measured calls of `perf-cost` as `result.csv`, the table format of SeBS (2023 and later), so that scripts for
 * SeBS can read it. A missing value is an empty cell.
 */
export function writeSebsCsv(samples: readonly Sample[]): string {
  const lines = measured(samples).map((sample) =>
    COLUMNS.map(([, value]) => String(value(sample) ?? '')).join(','),
  );
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\n')}\n`;
}

function micros(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * MICROS_PER_MS);
}
