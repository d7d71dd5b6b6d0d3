/** The compared values, per function and in total. */
export interface Counts {
  readonly invocations: number;
  readonly cold: number;
  readonly sandboxes: number;
  readonly evicted: number;
  /** Absent on the collector's side if hosts are unknown. */
  readonly hosts?: number;
  readonly hops?: number;
}

export interface Summary {
  readonly functions: Readonly<Record<string, Counts>>;
  readonly total: Counts;
}

const KEYS = ['invocations', 'cold', 'sandboxes', 'evicted', 'hosts', 'hops'] as const;

function pick(counts: Counts): Counts {
  // null, not left out: both sides have the same keys, even if one of them does not know the value.
  return Object.fromEntries(KEYS.map((key) => [key, counts[key] ?? null])) as unknown as Counts;
}

/** The collector's answer to `/api/v1/functions`, reduced to the compared keys. */
export interface FunctionsAnswer {
  readonly functions: readonly (Counts & {
    readonly function: string;
    readonly alive: number;
    readonly coldStart?: { readonly costMs: number };
  })[];
  readonly total: Counts & {
    readonly alive: number;
    readonly lostSpans: number;
    readonly hostConfidence: string;
    readonly coldRate?: {
      readonly value: number;
      readonly low: number;
      readonly high: number;
      readonly n: number;
    };
  };
}

/** The collector's conclusions, in the shape of the platform's truth. */
export function inferredSummary(answer: FunctionsAnswer): Summary {
  return {
    functions: Object.fromEntries(
      [...answer.functions]
        .sort((a, b) => a.function.localeCompare(b.function))
        .map((counts) => [counts.function, pick(counts)]),
    ),
    total: pick(answer.total),
  };
}

/** The platform distinguishes sandboxes that a deploy ended; for the collector they are evicted too. */
interface TruthCounts extends Counts {
  readonly replaced: number;
}

/** The platform's answer to `/truth`. */
export interface Truth {
  readonly functions: Readonly<Record<string, TruthCounts>>;
  readonly total: TruthCounts;
}

/** The platform's truth with its functions in the same order and only the compared keys. */
export function truthSummary(truth: Truth): Summary {
  const names = Object.keys(truth.functions).sort((a, b) => a.localeCompare(b));
  const gone = (counts: TruthCounts): Counts =>
    pick({ ...counts, evicted: counts.evicted + counts.replaced });
  return {
    functions: Object.fromEntries(names.map((name) => [name, gone(truth.functions[name]!)])),
    total: gone(truth.total),
  };
}

/** A table of truth and conclusion side by side, for people. */
export function scoreTable(truth: Summary, inferred: Summary): string {
  const rows: string[][] = [['', ...KEYS]];
  const row = (name: string, actual: Counts | undefined, concluded: Counts | undefined): void => {
    rows.push([
      name,
      ...KEYS.map((key) => {
        const [a, b] = [actual?.[key], concluded?.[key]];
        return a === b ? String(a) : `${b ?? '–'} (truth ${a ?? '–'})`;
      }),
    ]);
  };
  for (const name of new Set([...Object.keys(truth.functions), ...Object.keys(inferred.functions)])) {
    row(name, truth.functions[name], inferred.functions[name]);
  }
  row('total', truth.total, inferred.total);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) =>
      cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}
