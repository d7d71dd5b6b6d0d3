import type { MissingColumn, Sample, StartGround } from '@sandscope/probes/outside';
import { clientMs } from '@sandscope/probes/outside';
import { twoGroups } from '../statistics/index.ts';

/** Samples with known starts, or starts inferred from latency if there is no report. */
export interface WithStarts {
  readonly samples: readonly Sample[];
  readonly ground?: StartGround;
}

/**
 * If no answered call reports whether it started cold, and the latencies clearly form two groups, the slow ones are
 * classified as cold. That is an inference, and samples mark it as `startGround`.
 */
export function inferStarts(samples: readonly Sample[]): WithStarts {
  const answered = samples.filter(({ outcome }) => outcome !== 'error');
  const known = answered.find(({ start }) => start !== 'unknown');
  if (known) return { samples, ...(known.startGround && { ground: known.startGround }) };
  const groups = twoGroups(
    answered.map((sample) => clientMs(sample)).filter((ms) => ms !== undefined && ms > 0) as number[],
  );
  if (groups === undefined) return { samples };
  return {
    ground: 'latency',
    samples: samples.map((sample) => {
      const ms = clientMs(sample);
      if (sample.outcome === 'error' || ms === undefined) return sample;
      return { ...sample, start: ms > groups.threshold ? 'cold' : 'warm', startGround: 'latency' };
    }),
  };
}

const COLUMNS: readonly (readonly [column: string, isKnown: (sample: Sample) => boolean, reason: string])[] =
  [
    [
      'start',
      ({ start }) => start !== 'unknown',
      'the function does not report whether it started cold, and the latencies do not fall into two clear groups',
    ],
    ['sandboxId', ({ sandboxId }) => sandboxId !== undefined, 'the function does not report its sandbox'],
    ['hostId', ({ hostId }) => hostId !== undefined, 'nothing declares the host'],
    [
      'connectedMs',
      ({ connectedMs }) => connectedMs !== undefined,
      'connections are kept, or the client of the platform opens them',
    ],
    [
      'function.durationMs',
      (sample) => sample.function?.durationMs !== undefined,
      'the function does not report its own time',
    ],
    [
      'provider.billedMs',
      ({ provider }) => provider?.billedMs !== undefined,
      'the platform does not report the billed duration',
    ],
  ];

/** Columns that no answered sample has. */
export function missingColumns(samples: readonly Sample[]): MissingColumn[] {
  const answered = samples.filter(({ outcome }) => outcome !== 'error');
  return COLUMNS.filter(([, isKnown]) => !answered.some((sample) => isKnown(sample))).map(
    ([column, , reason]) => ({
      column,
      reason,
    }),
  );
}
