import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as semconv from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryApi } from '../routes/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow, shutdownRow } from '../store/test-rows.ts';
import type { ChartContext, Picture } from '../charts/picture.ts';
import { framedSvg } from '../charts/render/frame.ts';
import { toPng } from '../charts/render/png.ts';
import { inDark } from '../charts/render/recolour.ts';
import { svgDrawing } from '../charts/render/svg.ts';
import type { DrawSvg } from '../charts/render/svg.ts';
import { DARK, LIGHT } from '../charts/tokens.ts';
import { duration } from '../charts/words.ts';
import { functionReport } from './function-report.ts';
import { gather } from './gather.ts';
import type { Gathered } from './gather.ts';
import { reportHtml } from './html.ts';
import { reportMarkdown } from './markdown.ts';
import type { Report } from './report.ts';

const status: CollectorStatus = {
  ready: true,
  engine: { state: 'ready', restarts: 0 },
  inbox: { pendingRequests: 0, pendingBytes: 0, acceptedRequests: 0, acceptedSpans: 0, refusedRequests: 0 },
  querier: { state: 'ready', restarts: 0, running: 0, waiting: 0, refused: 0 },
  store: { insertedSpans: 0, retries: 0, parkedRequests: 0 },
  forwarders: [],
};

const START = Date.now() - 1_800_000;
const HOSTILE = `<script>alert(1)</script>"'&]]>\u202E|@all [x](https://evil.example) ${'long '.repeat(20)}`;
const context: ChartContext = { tokens: LIGHT, width: 900 };

/** Sandboxes that serve `calls` calls 2 s apart, on alternating hosts, and say goodbye 30 s after the last. */
function lives(name: string, first: number, sandboxes: number, calls: number) {
  return Array.from({ length: sandboxes }, (_, place) => {
    const sandbox = (place + first).toString(16).padStart(2, '0').repeat(16);
    const birthMs = START + place * 5000;
    const bootId = `boot-${place % 3}`;
    const served = Array.from({ length: calls }, (_call, index) =>
      invocationRow({
        function: name,
        sandbox,
        bootId,
        ordinal: index + 1,
        startMs: birthMs + index * 2000,
        durationMs: 20 + ((place * 7 + index * 3) % 40),
        ...(index === 0
          ? { attributes: { [semconv.ATTR_INIT_DURATION_MS]: 300 + place } }
          : { attributes: { [semconv.ATTR_SANDBOX_IDLE_MS]: 1950 } }),
        ...(index === 2 && place === 1 && { status: 'Error' as const }),
      }),
    );
    const goneMs = birthMs + (calls - 1) * 2000 + 30_000 + place * 10;
    return [...served, shutdownRow({ function: name, sandbox, atMs: goneMs, lastOrdinal: calls })];
  }).flat();
}

let test: TestEngine;
let app: FastifyInstance;
let draw: DrawSvg;
let gathered: Gathered;
let made: Report;

beforeAll(async () => {
  test = await startTestEngine();
  await test.writer.insert([...lives('alpha', 16, 12, 5), ...lives(HOSTILE, 64, 3, 2)], 'report');
  app = Fastify();
  await app.register(queryApi, { store: () => test.store, status: async () => status });
  draw = await svgDrawing();
  gathered = await gather(
    async (path) => {
      const { statusCode, body } = await app.inject(`/${path}`);
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${body}`);
      return JSON.parse(body);
    },
    { from: '-1h', to: 'now', mostFunctions: 10 },
  );
  made = functionReport(gathered, context, ['made by a test']);
}, 180_000);

afterAll(async () => {
  await app.close();
  await test.close();
});

const pictureOf = (chart: string, section = 'alpha'): Picture =>
  made.sections
    .find(({ heading }) => heading === section)!
    .pictures.find((picture) => picture.chart === chart)!;

const framed = (picture: Picture): string =>
  framedSvg(draw, picture, { ...context, width: 932 }, { footer: 'made by a test', prefix: 't' });

/** Shapes with a given colour. */
const shapes = (svg: string, colour: string): number =>
  [...svg.matchAll(/<(?:path|circle|rect)[^>]* fill="(#[\dA-Fa-f]{6})"/g)].filter(
    ([, fill]) => fill === colour,
  ).length;

describe('pictures of what a collector answers', () => {
  it('ask a running collector all that they show', () => {
    expect(gathered.seen).toBe(2);
    expect(gathered.functions.map(({ invocations }) => invocations.invocations.length)).toEqual([60, 6]);
    expect(made.sections.map(({ pictures }) => pictures.length)).toEqual([7, 7]);
  });

  it('mark every cold start and every failure', () => {
    const svg = draw(pictureOf('cold-starts'), context, 't');
    expect(shapes(svg, LIGHT.cold)).toBeGreaterThanOrEqual(12);
    expect([...svg.matchAll(/<path d="M0 -1L1 0L0 1L-1 0Z"[^>]*fill="#1F4FD8"/g)]).toHaveLength(12);
    expect(shapes(svg, LIGHT.err)).toBe(1);
    const { coldStart } = gathered.functions[0]!.summary;
    expect(pictureOf('cold-starts').verdict).toBe(
      `One call in 5 waits for a cold start (20\u00A0%); a cold start costs ${duration(coldStart!.costMs)}.`,
    );
  });

  it('draw a life for each sandbox, with its goodbye', () => {
    const { option, evidence, table } = pictureOf('lifelines');
    expect(option).toBeDefined();
    expect(table.rows).toHaveLength(12);
    expect(evidence.complete).toBe('12\u00A0ends reported by a goodbye, 0 inferred');
    const svg = draw(pictureOf('lifelines'), context, 't');
    expect(shapes(svg, LIGHT.cold)).toBe(12);
    expect([...svg.matchAll(/<path[^>]*stroke="#1C1A17"/g)]).toHaveLength(12);
  });

  it('tell of hosts, survival, reuse and time', () => {
    expect(pictureOf('hop-scatter').verdict).toMatch(/^Three hosts serve it; it changes host on /);
    expect(pictureOf('survival').verdict).toMatch(/^Half are gone after (29\.9|30\.0)\ss idle\.$/);
    expect(pictureOf('reuse').verdict).toBe(
      'Most sandboxes serve 5\u00A0calls, none more; 80\u00A0% of calls find one.',
    );
    expect(
      pictureOf('timeline').table.rows.reduce((sum, row) => sum + Number(row[1]) + Number(row[2]), 0),
    ).toBe(60);
  });

  it('are documents that a strict parser takes, in both themes, of the size they say', async () => {
    for (const picture of made.sections.flatMap(({ pictures }) => pictures)) {
      const svg = framed(picture);
      const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
      expect(svg).not.toMatch(/ style=|<style|<script|ecmeta|NaN|undefined|class=/);
      const png = Buffer.from(await toPng(inDark(svg), 1));
      expect(png.readUInt32BE(16)).toBe(Number(width));
      expect(png.readUInt32BE(20)).toBe(Number(height));
    }
  }, 60_000);

  it('are the same in the dark but for their colours', () => {
    const light = framed(pictureOf('cold-starts'));
    const dark = inDark(light);
    expect(dark).not.toContain(LIGHT.cold);
    expect(shapes(dark, DARK.cold)).toBe(shapes(light, LIGHT.cold));
    expect(dark.replaceAll(/#[\dA-Fa-f]{6}/g, '')).toBe(light.replaceAll(/#[\dA-Fa-f]{6}/g, ''));
  });

  it('say nothing where nothing is known', () => {
    const [answers] = gathered.functions;
    const nothing: Gathered = {
      ...gathered,
      functions: [
        {
          ...answers!,
          summary: {
            ...answers!.summary,
            invocations: 0,
            cold: 0,
            coldRate: { low: 0, high: 1, n: 0 },
            sandboxes: 0,
          },
          invocations: { ...answers!.invocations, invocations: [] },
          timeline: { ...answers!.timeline, buckets: [] },
          sandboxes: { ...answers!.sandboxes, sandboxes: [] },
          hops: { ...answers!.hops, functions: [] },
          reuse: { ...answers!.reuse, functions: [] },
          evictions: { ...answers!.evictions, evictions: [] },
          survival: { ...answers!.survival, functions: [] },
        },
      ],
    };
    const [section] = functionReport(nothing, context, []).sections;
    for (const picture of section!.pictures) {
      expect(picture.option).toBeUndefined();
      expect(picture.verdict).toMatch(/not known yet|is unknown|cannot be|No sandbox|No call/);
      expect(framed(picture)).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});

describe('a report', () => {
  it('is one page whose policy allows its style sheet and nothing else', () => {
    const html = reportHtml(made, draw);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
    expect(html).not.toMatch(/<script|<img|<link|<iframe| style=| on[a-z]+=|javascript:/i);
    expect([...html.matchAll(/<(?:figure)>/g)]).toHaveLength(14);
    // The colours follow the reader's theme.
    expect(html).toContain('fill="var(--cold)"');
    expect(html).not.toMatch(/(?:fill|stroke)="#[\dA-F]{6}"/i);
  });

  it('shows names from outside as text', () => {
    const html = reportHtml(made, draw);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('\u202E');
    const markdown = reportMarkdown(made, () => undefined).replaceAll(/<\/?sub>/g, '');
    expect(markdown).not.toMatch(/(?<!\\)[<[]|@all|https:\/\//);
  });

  it('names the saved pictures in Markdown', () => {
    const markdown = reportMarkdown(made, ({ chart }) => `pics/${chart}.png`);
    expect(markdown).toContain('](pics/cold-starts.png)');
    expect(markdown).toContain('### One call in 5 waits for a cold start');
  });
});

it('the packages that pictures need are not loaded with the command', async () => {
  const source = await readFile(new URL('../commands/report.ts', import.meta.url), 'utf8');
  expect(source).not.toMatch(/^import (?!type)[^;]*charts/m);
});
