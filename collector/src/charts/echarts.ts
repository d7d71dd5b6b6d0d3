/** The parts of ECharts that charts use; the caller adds a renderer. */
import type { ComposeOption } from 'echarts/core';
import type {
  BarSeriesOption,
  CustomSeriesOption,
  HeatmapSeriesOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from 'echarts/charts';
import type {
  GraphicComponentOption,
  GridComponentOption,
  MarkAreaComponentOption,
} from 'echarts/components';

export type SeriesOption =
  BarSeriesOption | CustomSeriesOption | HeatmapSeriesOption | LineSeriesOption | ScatterSeriesOption;

/** An axis. ECharts' own types are a union of hundreds of fields, by type and direction of the axis. */
export type AxisOption = Readonly<Record<string, unknown>>;

type WithoutAxes = Omit<
  ComposeOption<SeriesOption | GraphicComponentOption | GridComponentOption | MarkAreaComponentOption>,
  'xAxis' | 'yAxis'
>;

/** Options of a chart, in ECharts' format. */
export interface EChartsOption extends WithoutAxes {
  readonly xAxis?: AxisOption | readonly AxisOption[];
  readonly yAxis?: AxisOption | readonly AxisOption[];
}

export type { CustomSeriesOption };
