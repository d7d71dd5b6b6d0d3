import type { CustomSeriesOption } from './echarts.ts';

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;
/** What a custom series draws. */
export type Shape = NonNullable<ReturnType<RenderItem>>;

/** Where a value of the axes is, in pixels. */
export type Place = (x: number, y: number) => readonly [x: number, y: number];

/** A series that is drawn by hand, as one: bands, hatches, lives. */
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
    // It takes no part in the extent of the axes.
    encode: { x: -1, y: -1 },
    data: [[0, 0]],
    renderItem: ({ coordSys }, api) => {
      const at: Place = (x, y) => api.coord([x, y]) as [number, number];
      const box = coordSys as unknown as { x: number; y: number; width: number; height: number };
      return { type: 'group', children: draw(at, box) as never };
    },
  };
}

/** A line of any form. */
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

/** An area between two lines, at the strength of a band. */
export const band = (points: readonly (readonly [number, number])[], fill: string): Shape => ({
  type: 'polygon',
  shape: { points: points.map(([x, y]) => [x, y]) },
  style: { fill, opacity: 0.2 },
});

/** The spread of data: a thin line with caps at both ends. */
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
