import type { EChartsOption } from './echarts.ts';
import type { Token, Tokens } from './tokens.ts';

/** The context of a drawing. */
export interface ChartContext {
  readonly tokens: Tokens;
  /** Of the chart, in CSS pixels. */
  readonly width: number;
  /** Times are shown in UTC; else in the reader's time zone. Default true. */
  readonly utc?: boolean;
}

/** The kinds of marks; each has the same meaning in every chart. */
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

/** A mark that occurs in the chart. */
export interface LegendEntry {
  readonly mark: Mark;
  readonly colour: Token;
  readonly label: string;
}

/** What a reader needs to question a chart. Each is part of a sentence; unknown ones are omitted. */
export interface Evidence {
  /** The sample: `5,972 calls, 233 cold`. */
  readonly n: string;
  /** The 95 % interval of the number in the verdict. */
  readonly interval?: string;
  /** The coverage of the data. */
  readonly complete?: string;
  readonly restsOn: string;
  readonly wrongIf: string;
}

export interface Column {
  readonly label: string;
  /** UCUM, such as `ms`, `By`, `1`; absent for names. */
  readonly unit?: string;
}

/** The same numbers as in the chart, in the same order. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** A chart with all its texts. */
export interface Picture {
  /** Name of the chart, unique in the registry. */
  readonly chart: string;
  /** The question it answers. */
  readonly question: string;
  /** One sentence with the most important number. */
  readonly verdict: string;
  readonly legend: readonly LegendEntry[];
  /** Of the drawing, without its surroundings; in CSS pixels. */
  readonly height: number;
  /** Absent if there is nothing to draw: the verdict then says what is missing. */
  readonly option?: EChartsOption;
  readonly evidence: Evidence;
  readonly table: Table;
}
