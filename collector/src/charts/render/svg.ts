/** Draws charts without a browser. Loads ECharts on first use. */
import type { ECBasicOption } from 'echarts/types/dist/shared';
import type { Picture } from '../picture.ts';
import type { ChartContext } from '../picture.ts';
import { cleanSvg } from './clean-svg.ts';
import { textWidth } from './text-width.ts';

/** Draws one chart, without its surroundings. */
export type DrawSvg = (picture: Picture, context: ChartContext, prefix: string) => string;

let drawing: Promise<DrawSvg> | undefined;

/** The drawing function: an `<svg>` of the chart's size whose ids begin with the prefix. */
export function svgDrawing(): Promise<DrawSvg> {
  drawing ??= load();
  return drawing;
}

async function load(): Promise<DrawSvg> {
  const { init, setPlatformAPI } = await import('./engine.ts');
  setPlatformAPI({
    // Without a canvas, ECharts measures text by rule of thumb, for a different font.
    measureText: (text: string, font = '') => {
      const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 11);
      return { width: textWidth(text, size, /\b(bold|[6-9]00)\b/.test(font)) };
    },
  });
  return ({ option, height }, { width }, prefix) => {
    if (option === undefined) return '';
    const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
    try {
      chart.setOption({ animation: false, ...option } as ECBasicOption);
      return cleanSvg(chart.renderToSVGString(), prefix);
    } finally {
      chart.dispose();
    }
  };
}
