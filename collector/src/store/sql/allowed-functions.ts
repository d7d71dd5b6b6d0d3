/** The functions that a statement may call. */

/** Runs one of our own statements. */
export type Run = (sql: string, format: string) => Promise<Uint8Array>;

/**
 * The engine's groups of functions that only compute values from values. Excluded are functions that read files,
 * settings, other tables, dictionaries or models, that wait, or that contact other services (`Other`, `Dictionary`,
 * `Introspection`, `AI`, …).
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

/** From the other groups: functions that clients need, and those that the parser substitutes for operators. */
const SINGLES = [
  '_CAST',
  'bar',
  'caseWithExpression',
  'currentDatabase',
  'displayName',
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
  'revision',
  'rowNumberInAllBlocks',
  'rowNumberInBlock',
  'runningDifference',
  'timezone',
  'toTypeName',
  'transform',
  'version',
];
/**
 * Functions of an allowed group that users may not call nevertheless: `flameGraph` reveals addresses in memory, and the
 * others take the name of an aggregate function as a string, so a check of function names does not see it.
 */
const EXCEPT = new Set(['flameGraph', 'arrayReduce', 'arrayReduceInRanges']);

const COMBINATORS =
  /(?:If|Array|Map|SimpleState|State|Merge|MergeState|ForEach|Distinct|OrDefault|OrNull|Resample|ArgMin|ArgMax|Null)$/;

interface Row {
  readonly name: string;
  readonly is_aggregate: number;
  readonly case_insensitive: number;
  readonly alias_to: string;
  readonly categories: string;
}

/** The engine's functions that may be called. */
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

  /** Asks the engine for its functions. */
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
    // `sumIfOrNull`: an aggregate function with combinators.
    for (let base = name; COMBINATORS.test(base);) {
      base = base.replace(COMBINATORS, '');
      if (this.#aggregates.has(base) || (this.#anyCase.has(base.toLowerCase()) && base !== '')) return true;
    }
    return false;
  }
}
