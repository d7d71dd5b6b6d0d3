import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeResult } from '@sandscope/probes/outside';
import { RESULT_SCHEMA } from '@sandscope/probes/outside';
import { Compile } from 'typebox/compile';
import type { ChartContext } from '../picture.ts';
import { experimentCharts } from '../experiment-registry.ts';
import { framedSvg } from '../render/frame.ts';
import { toPng } from '../render/png.ts';
import { svgDrawing } from '../render/svg.ts';
import type { DrawSvg } from '../render/svg.ts';
import { LIGHT } from '../tokens.ts';
import { backoffResult, exampleResults, memoryResult } from './results.fixture.ts';

const COMMITTED = new URL('../../../../examples/experiments/', import.meta.url);
const committed = readdirSync(COMMITTED).filter((name) =>
  existsSync(new URL(`${name}/result.json`, COMMITTED)),
);

const context: ChartContext = { tokens: LIGHT, width: 900 };
let draw: DrawSvg;
beforeAll(async () => {
  draw = await svgDrawing();
});

const picturesOf = (result: ProbeResult) =>
  experimentCharts(result).map((chart) => chart(result as never, context));

describe('pictures of experiments', () => {
  it.each(exampleResults())('$experiment: is drawn, with what it rests on', async (result) => {
    expect(Compile(RESULT_SCHEMA).Check(result)).toBe(true);
    const pictures = picturesOf(result);
    expect(pictures.map(({ chart }) => chart)).toEqual([result.experiment, 'latencies']);
    expect(pictures[0]!.verdict).toBe(result.verdict);
    for (const picture of pictures) {
      expect(picture.option).toBeDefined();
      expect(picture.table.rows.length).toBeGreaterThan(0);
      for (const row of picture.table.rows)
        expect(row.length).toBeLessThanOrEqual(picture.table.columns.length);
      const svg = framedSvg(
        draw,
        picture,
        { ...context, width: 932 },
        { footer: 'made by a test', prefix: 't' },
      );
      expect(svg).not.toMatch(/NaN|undefined|Infinity| style=|<style/);
      const png = Buffer.from(await toPng(svg, 1));
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    }
  });

  it('there are eighteen committed results', () => expect(committed).toHaveLength(18));

  it.each(committed)('%s: its committed result is drawn, by a chart of its own', (experiment) => {
    const text = readFileSync(new URL(`${experiment}/result.json`, COMMITTED), 'utf8');
    const [picture] = picturesOf(JSON.parse(text) as ProbeResult);
    expect(picture).toMatchObject({ chart: experiment, option: expect.any(Object) as object });
    expect(picture!.table.rows.length).toBeGreaterThan(0);
    const svg = framedSvg(draw, picture!, { ...context, width: 932 }, { footer: '', prefix: 't' });
    expect(svg).not.toMatch(/NaN|undefined|Infinity| style=|<style/);
  });

  it('backoff leaves out the share of cold calls where none is known', () => {
    const { summary, ...rest } = backoffResult();
    const points = summary.points.map((point) => ({ ...point, cold: { n: 0 } }));
    const unknown = { ...rest, summary: { ...summary, points, limit: { kind: 'unknown' as const } } };
    const [picture] = picturesOf(unknown);
    expect(picture!.option!.yAxis).toHaveLength(1);
    expect(draw(picture!, context, 't')).not.toContain('share cold');
    expect(draw(picture!, context, 't')).toContain('idle time before the call');
    expect(picture!.legend.map(({ label }) => label)).not.toContain('share cold, 95 % interval');
  });

  it.each(exampleResults())('$experiment: says what there is when nothing was answered', (result) => {
    const empty = JSON.parse(JSON.stringify(result), (_, value: unknown) =>
      Array.isArray(value) ? [] : value,
    ) as ProbeResult;
    for (const picture of picturesOf(empty)) {
      const svg = framedSvg(draw, picture, { ...context, width: 932 }, { footer: '', prefix: 't' });
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('backoff has a mark for each cold call, and the half-life at its place', () => {
    const result = backoffResult();
    const [picture] = picturesOf(result);
    const svg = draw(picture!, context, 't');
    const cold = result.samples.filter(({ start }) => start === 'cold').length;
    expect(cold).toBeGreaterThan(100);
    expect([...svg.matchAll(/<path d="M0 -1L1 0L0 1L-1 0Z"[^>]*fill="#1F4FD8"/g)]).toHaveLength(cold);
    expect(svg).toContain('>5\u00A0min\u00A019\u00A0s<');
  });

  it('memory has both axes from zero', () => {
    const [picture] = picturesOf(memoryResult());
    const [time, money] = picture!.option!.yAxis as readonly { min: number; name: string }[];
    expect([time!.min, money!.min]).toEqual([0, 0]);
    expect([time!.name, money!.name]).toEqual(['time in the function, warm, median', '$ a million calls']);
  });
});
