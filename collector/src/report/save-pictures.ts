/** Charts as files: SVG, and PNG where the rasteriser is installed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeResult } from '@sandscope/probes/outside';
import type { Picture } from '../charts/picture.ts';
import { framedSvg } from '../charts/render/frame.ts';
import { toPng } from '../charts/render/png.ts';
import { inDark } from '../charts/render/recolour.ts';
import { svgDrawing } from '../charts/render/svg.ts';
import type { DrawSvg } from '../charts/render/svg.ts';
import { LIGHT } from '../charts/tokens.ts';
import type { Theme } from '../charts/tokens.ts';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';
import { experimentReport } from './experiment-report.ts';

/** Of a saved picture, in CSS pixels. */
export const PICTURE_WIDTH = 900;

export interface SaveOptions {
  /** The last line: source, time and machine. */
  readonly footer: string;
  readonly theme: Theme;
}

/**
 * Saves a chart as `PATH.svg` and `PATH.png`.
 *
 * @throws {CollectorError} `ERR_PNG_UNAVAILABLE` after the SVG if there is no rasteriser
 */
export async function savePicture(
  draw: DrawSvg,
  picture: Picture,
  path: string,
  options: SaveOptions,
): Promise<void> {
  const svg = pictureSvg(draw, picture, options);
  await writeFile(`${path}.svg`, svg);
  await writeFile(`${path}.png`, await toPng(svg));
}

function pictureSvg(draw: DrawSvg, picture: Picture, { footer, theme }: SaveOptions): string {
  const light = framedSvg(draw, picture, { tokens: LIGHT, width: PICTURE_WIDTH }, { footer, prefix: 'p' });
  return theme === 'dark' ? inDark(light) : light;
}

/** The charts of a result as SVG documents, the most important one first. */
export async function resultPictures(
  result: ProbeResult,
): Promise<{ readonly chart: string; readonly svg: string }[]> {
  const draw = await svgDrawing();
  const context = { tokens: LIGHT, width: PICTURE_WIDTH };
  const [section] = experimentReport([{ file: '', result }], context, []).sections;
  const options = { footer: section?.subheading ?? '', theme: 'light' } as const;
  return (section?.pictures ?? []).map((picture) => ({
    chart: picture.chart,
    svg: pictureSvg(draw, picture, options),
  }));
}

/**
 * Saves the charts of a result as `CHART.svg` and `CHART.png`.
 *
 * @returns the file of the most important one
 */
export async function saveResultPictures(result: ProbeResult, folder: string): Promise<string | undefined> {
  makeDirectory(folder);
  let first: string | undefined;
  for (const { chart, svg } of await resultPictures(result)) {
    const path = join(folder, chart);
    await writeFile(`${path}.svg`, svg);
    const hasPng = await savePng(svg, `${path}.png`);
    first ??= `${path}.${hasPng ? 'png' : 'svg'}`;
  }
  return first;
}

/** @returns false if there is no rasteriser */
async function savePng(svg: string, file: string): Promise<boolean> {
  try {
    await writeFile(file, await toPng(svg));
    return true;
  } catch (error) {
    if (error instanceof CollectorError && error.code === 'ERR_PNG_UNAVAILABLE') return false;
    throw error;
  }
}
