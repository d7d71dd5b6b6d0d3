/** Latencies of two runs, sorted, each with its unit: calls of one unit are not independent. */
export interface PairedSamples {
  /** Ascending, from both runs. */
  readonly latenciesMs: Float64Array;
  /** Unit of each, numbered over both runs. */
  readonly units: Int32Array;
  /** Run of each unit, 0 or 1. */
  readonly runs: Int32Array;
}

/** One call: its duration, and the unit of its run. */
export interface Timed {
  readonly latencyMs: number;
  readonly unit: string;
}

export function pairSamples(base: readonly Timed[], other: readonly Timed[]): PairedSamples {
  const numbers = new Map<string, number>();
  const runs: number[] = [];
  const numbered = [base, other].flatMap((calls, run) =>
    calls.map(({ latencyMs, unit }) => {
      const key = `${run} ${unit}`;
      const known = numbers.get(key) ?? numbers.size;
      if (known === numbers.size) {
        numbers.set(key, known);
        runs.push(run);
      }
      return { latencyMs, unit: known };
    }),
  );
  numbered.sort((a, b) => a.latencyMs - b.latencyMs);
  return {
    latenciesMs: Float64Array.from(numbered, ({ latencyMs }) => latencyMs),
    units: Int32Array.from(numbered, ({ unit }) => unit),
    runs: Int32Array.from(runs),
  };
}

/**
 * The medians of both runs if unit i occurs weights[i] times and belongs to run labels[i]: the lowest value that has
 * half of the weight at or below it. Undefined for a run without any.
 */
export function medians(
  { latenciesMs, units }: PairedSamples,
  labels: Int32Array,
  weights?: Uint32Array,
): readonly [number | undefined, number | undefined] {
  const totals = [0, 0];
  for (const unit of units) totals[labels[unit]!]! += weights?.[unit] ?? 1;
  const sums = [0, 0];
  const found: [number | undefined, number | undefined] = [undefined, undefined];
  for (let index = 0; index < units.length; index += 1) {
    const unit = units[index]!;
    const run = labels[unit]!;
    sums[run]! += weights?.[unit] ?? 1;
    if (found[run] === undefined && sums[run]! > 0 && 2 * sums[run]! >= totals[run]!)
      found[run] = latenciesMs[index]!;
  }
  return found;
}

/**
 * Probability that a call of the second run takes longer than one of the first, ties counted half; 0.5 without a
 * difference.
 */
export function chanceSlower({ latenciesMs, units, runs }: PairedSamples): number | undefined {
  const seen = [0, 0];
  let wins = 0;
  for (let from = 0; from < units.length;) {
    const tied = [0, 0];
    let to = from;
    for (; to < units.length && latenciesMs[to] === latenciesMs[from]; to += 1) tied[runs[units[to]!]!]! += 1;
    wins += tied[1]! * (seen[0]! + tied[0]! / 2);
    seen[0]! += tied[0]!;
    seen[1]! += tied[1]!;
    from = to;
  }
  return seen[0] === 0 || seen[1] === 0 ? undefined : wins / (seen[0]! * seen[1]!);
}
