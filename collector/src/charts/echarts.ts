/** The part of ECharts that pictures use, and no more of it; whoever draws adds a renderer. */
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

/** An axis. Those of ECharts are a union of hundreds of fields, by the type and the direction of the axis. */
export type AxisOption = Readonly<Record<string, unknown>>;

type WithoutAxes = Omit<
  ComposeOption<SeriesOption | GraphicComponentOption | GridComponentOption | MarkAreaComponentOption>,
  'xAxis' | 'yAxis'
>;

/** Options of a picture, as ECharts takes them. */
export interface EChartsOption extends WithoutAxes {
  readonly xAxis?: AxisOption | readonly AxisOption[];
  readonly yAxis?: AxisOption | readonly AxisOption[];
}

export type { CustomSeriesOption };
