/** Which functions a statement may call. */

/** Runs one statement of ours. */
export type Run = (sql: string, format: string) => Promise<Uint8Array>;

/**
 * Groups of functions, as the engine sorts them, that make values of values alone. Not here: what reads files, settings, other
 * tables, dictionaries and models, waits, or asks somebody else (`Other`, `Dictionary`, `Introspection`, `AI`, …).
 */
const CATEGORIES = new Set([
  'Aggregate Functions',
  'Arithmetic',
  'Arrays',
  'Bit',
  'Bitmap',
  'Comparison',
  'Conditional',
  'Dates and Times',
  'Distance',
  'Encoding',
  'Financial',
  'Geo',
  'Hash',
  'IP Address',
  'JSON',
  'Logical',
  'Map',
  'Mathematical',
  'Null',
  'Random Number',
  'Rounding',
  'String',
  'String Replacement',
  'String Search',
  'String Splitting',
  'Time Window',
  'Tuple',
  'Type Conversion',
  'URL',
  'UUID',
]);

/** Of the other groups, what clients ask with, and what the parser makes of operators. */
const SINGLES = [
  '_CAST',
  'bar',
  'caseWithExpression',
  'currentDatabase',
  'formatReadableDecimalSize',
  'formatReadableQuantity',
  'formatReadableSize',
  'formatReadableTimeDelta',
  'identity',
  'ignore',
  'lambda',
  'exists',
  'materialize',
  'neighbor',
  'rowNumberInAllBlocks',
  'rowNumberInBlock',
  'runningDifference',
  'timezone',
  'toTypeName',
  'transform',
  'version',
];
/** In an allowed group, and yet not for others. */
const EXCEPT = new Set(['flameGraph']);

const COMBINATORS =
  /(?:If|Array|Map|SimpleState|State|Merge|MergeState|ForEach|Distinct|OrDefault|OrNull|Resample|ArgMin|ArgMax|Null)$/;

interface Row {
  readonly name: string;
  readonly is_aggregate: number;
  readonly case_insensitive: number;
  readonly alias_to: string;
  readonly categories: string;
}

/** The functions of the engine that may be called. */
export class AllowedFunctions {
  readonly #names = new Set<string>(SINGLES);
  readonly #anyCase = new Set<string>();
  readonly #aggregates = new Set<string>();

  constructor(rows: readonly Row[]) {
    const groups = new Map(rows.map((row) => [row.name, row.categories]));
    for (const { name, is_aggregate: isAggregate, case_insensitive: anyCase, alias_to: of } of rows) {
      const target = of === '' ? name : of;
      if (EXCEPT.has(target) || !(CATEGORIES.has(groups.get(target) ?? '') || SINGLES.includes(target)))
        continue;
      this.#names.add(name);
      if (isAggregate === 1) this.#aggregates.add(name);
      if (anyCase === 1) this.#anyCase.add(name.toLowerCase());
    }
  }

  /** Asks the engine which functions it has. */
  static async load(run: Run): Promise<AllowedFunctions> {
    const bytes = await run(
      'SELECT name, is_aggregate, case_insensitive, alias_to, toString(categories) AS categories FROM system.functions',
      'JSONEachRow',
    );
    const lines = Buffer.from(bytes).toString('utf8').split('\n').filter(Boolean);
    return new AllowedFunctions(lines.map((line) => JSON.parse(line) as Row));
  }

  has(name: string): boolean {
    if (this.#names.has(name) || this.#anyCase.has(name.toLowerCase())) return true;
    // `sumIfOrNull`: an aggregate function and what is done with it.
    for (let base = name; COMBINATORS.test(base);) {
      base = base.replace(COMBINATORS, '');
      if (this.#aggregates.has(base) || (this.#anyCase.has(base.toLowerCase()) && base !== '')) return true;
    }
    return false;
  }
}
