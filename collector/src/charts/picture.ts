import type { EChartsOption } from './echarts.ts';
import type { Token, Tokens } from './tokens.ts';

/** What a picture is drawn for. */
export interface ChartContext {
  readonly tokens: Tokens;
  /** Of the picture, in CSS pixels. */
  readonly width: number;
  /** Times are shown in UTC; else in the reader's zone. Default true. */
  readonly utc?: boolean;
}

/** The marks of the grammar; each means the same in every picture. */
export type Mark =
  | 'dot'
  | 'diamond'
  | 'triangle'
  | 'cross'
  | 'tick'
  | 'bar'
  | 'thin'
  | 'hatch'
  | 'pale-hatch'
  | 'line'
  | 'dashed'
  | 'dotted'
  | 'band'
  | 'whisker'
  | 'ring';

/** A mark that occurs in the picture. */
export interface LegendEntry {
  readonly mark: Mark;
  readonly colour: Token;
  readonly label: string;
}

/** What a reader needs to attack a picture. Each is a part of a sentence; what cannot be told is left out. */
export interface Evidence {
  /** The sample: `5,972 calls, 233 cold`. */
  readonly n: string;
  /** The 95 % interval of the number in the verdict. */
  readonly interval?: string;
  /** How much of what happened is in it. */
  readonly complete?: string;
  readonly restsOn: string;
  readonly wrongIf: string;
}

export interface Column {
  readonly label: string;
  /** UCUM, as `ms`, `By`, `1`; absent of names. */
  readonly unit?: string;
}

/** The same numbers as the picture, in the same order. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** A picture with all that is said around it. */
export interface Picture {
  /** Name of the chart, unique in the registry. */
  readonly chart: string;
  /** What it answers. */
  readonly question: string;
  /** One sentence, with the number that matters. */
  readonly verdict: string;
  readonly legend: readonly LegendEntry[];
  /** Of the drawing, without what is around it; in CSS pixels. */
  readonly height: number;
  /** Absent where there is nothing to draw: the verdict says what is missing. */
  readonly option?: EChartsOption;
  readonly evidence: Evidence;
  readonly table: Table;
}
