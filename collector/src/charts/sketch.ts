import type { CustomSeriesOption } from './echarts.ts';

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;
/** The shapes of a custom series. */
export type Shape = NonNullable<ReturnType<RenderItem>>;

/** Converts axis values to pixels. */
export type Place = (x: number, y: number) => readonly [x: number, y: number];

/** A custom-drawn series, such as bands, hatches and lifelines. */
export function sketch(
  name: string,
  draw: (at: Place, box: { x: number; y: number; width: number; height: number }) => readonly Shape[],
  settings: { readonly axis?: number; readonly z?: number } = {},
): CustomSeriesOption {
  const { axis = 0, z = 2 } = settings;
  return {
    type: 'custom',
    name,
    silent: true,
    clip: true,
    z,
    xAxisIndex: axis,
    yAxisIndex: axis,
    // It does not affect the range of the axes.
    encode: { x: -1, y: -1 },
    data: [[0, 0]],
    renderItem: ({ coordSys }, api) => {
      const at: Place = (x, y) => api.coord([x, y]) as [number, number];
      const box = coordSys as unknown as { x: number; y: number; width: number; height: number };
      return { type: 'group', children: draw(at, box) as never };
    },
  };
}

/** A line of any shape. */
export const stroked = (
  pathData: string,
  stroke: string,
  lineWidth: number,
  dash?: readonly number[],
): Shape => ({
  type: 'path',
  shape: { pathData },
  style: { stroke, lineWidth, fill: 'none', ...(dash && { lineDash: [...dash] }) },
});

/** An area between two lines, with the opacity of a band. */
export const band = (points: readonly (readonly [number, number])[], fill: string): Shape => ({
  type: 'polygon',
  shape: { points: points.map(([x, y]) => [x, y]) },
  style: { fill, opacity: 0.2 },
});

/** The range of data: a thin line with caps at both ends. */
export function capped([low, high]: readonly number[], x: number, at: Place, colour: string): Shape[] {
  if (low === undefined || high === undefined) return [];
  const [left, from] = at(x, low);
  const to = at(x, high)[1];
  return [
    stroked(
      `M${left} ${from}L${left} ${to}M${left - 4} ${from}L${left + 4} ${from}M${left - 4} ${to}L${left + 4} ${to}`,
      colour,
      0.9,
    ),
  ];
}
