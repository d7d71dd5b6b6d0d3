import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ProbeResult } from '@sandscope/probes/outside';
import { experimentCharts } from '../charts/experiment-registry.ts';
import { backoffResult, exampleResults } from '../charts/experiments/results.fixture.ts';
import type { ChartContext } from '../charts/picture.ts';
import { framedSvg } from '../charts/render/frame.ts';
import { svgDrawing } from '../charts/render/svg.ts';
import { LIGHT } from '../charts/tokens.ts';
import { forecastChart } from '../charts/forecast.ts';
import { FORECAST_PREFIX, packForecast, readForecast } from './forecast.ts';
import type { Forecast, ForecastSize } from './forecast.ts';
import { MOST_FRAGMENT, packFragment, packJson, readFragment } from './fragment.ts';
import { shareLink } from './link.ts';
import { shareable } from './shareable.ts';

const context: ChartContext = { tokens: LIGHT, width: 900 };
const VIEWER = 'https://example.test/viewer';

const jsonOf = (link: string): string =>
  inflateRawSync(Buffer.from(link.slice(link.indexOf('#r1.') + 4), 'base64url')).toString('utf8');

describe('a link', () => {
  it.each(exampleResults())('$experiment: holds the numbers, within its bound', async (result) => {
    const link = await shareLink(result, VIEWER, false);
    const fragment = link.slice(VIEWER.length + 1);
    expect(fragment.length).toBeLessThanOrEqual(MOST_FRAGMENT);
    const read = await readFragment(fragment);
    expect(read.experiment).toBe(result.experiment);
    expect(read.verdict).toBe(result.verdict);
    for (const chart of experimentCharts(read)) expect(chart(read as never, context).option).toBeDefined();
  });

  it('leaves names, addresses, accounts and ids behind', async () => {
    const telling: ProbeResult = {
      ...backoffResult(),
      runId: 'run-of-mallory',
      verdict: 'checkout at 10.0.0.7 keeps an idle sandbox 5 min 19 s.',
      parameters: { url: 'http://10.0.0.7/', waits: 16 },
      missing: [
        { column: 'hostId', reason: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout says nothing' },
      ],
      samples: backoffResult().samples.map((sample) =>
        Object.assign({}, sample, {
          sandboxId: 'a07d850b',
          hostId: 'node-a1',
          traceId: 'ab'.repeat(16),
          functionName: 'checkout',
        }),
      ),
    };
    const text = jsonOf(await shareLink(telling, VIEWER, false));
    expect(text).not.toMatch(
      /checkout|10\.0\.0\.7|secret|123456789012|a07d850b|node-a1|abab|mallory|Example CPU|arn:/,
    );
    expect(JSON.parse(text)).toMatchObject({
      parameters: { waits: 16 },
      verdict: '',
      target: { kind: 'local' },
    });
    const named = jsonOf(await shareLink(telling, VIEWER, true));
    expect(named).toMatch(/checkout/);
    expect(named).not.toMatch(/10\.0\.0\.7|secret|123456789012|a07d850b|node-a1/);
  });
});

describe('a fragment, which anybody may write', () => {
  it('is refused with one sentence when it is no result', async () => {
    const bomb = `r1.${deflateRawSync(Buffer.alloc(5_000_000, 'a')).toString('base64url')}`;
    const packed = (value: unknown): string =>
      `r1.${deflateRawSync(JSON.stringify(value)).toString('base64url')}`;
    for (const fragment of [
      '',
      '#',
      'r1.',
      'r1.!!',
      'r2.abcd',
      `r1.${'A'.repeat(20_000)}`,
      bomb,
      packed(null),
      packed([]),
      packed({ schema: 1 }),
    ])
      await expect(readFragment(fragment)).rejects.toMatchObject({ name: 'FragmentError' });
  });

  it('is read or refused, never anything else, however it was changed', async () => {
    const good = await packFragment(shareable(backoffResult(), { names: false, mostSamples: 50 }));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
        const changed = good.slice(0, at) + text + good.slice(at + 1);
        const outcome = await readFragment(changed).then(
          () => 'read',
          (error: Error) => error.name,
        );
        expect(['read', 'FragmentError']).toContain(outcome);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('draws shapes and text and nothing else, whatever stands where in it', async () => {
    const draw = await svgDrawing();
    const hostile = fc.oneof(
      fc.constantFrom<unknown>(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '\u202E',
        null,
        [],
        {},
        1e308,
        -1,
        'constructor',
      ),
      fc.string(),
      fc.double(),
    );
    const results = exampleResults().map((result) => shareable(result, { names: true, mostSamples: 20 }));
    let drawn = 0;
    // If drawing fails, the page says that the numbers cannot be drawn.
    const svgOf = (
      result: ProbeResult,
      chart: ReturnType<typeof experimentCharts>[number],
    ): string | undefined => {
      try {
        const picture = chart(result as never, context);
        return framedSvg(draw, picture, { ...context, width: 932 }, { footer: '', prefix: 'f' });
      } catch {
        return undefined;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...results),
        fc.nat(),
        fc.nat(),
        hostile,
        async (result, one, two, value) => {
          const changed = withOneLeaf(result, one * 7919 + two, value);
          for (const chart of experimentCharts(changed)) {
            const svg = svgOf(changed, chart);
            if (svg === undefined) continue;
            drawn += 1;
            const tags = new Set([...svg.matchAll(/<([A-Za-z]+)/g)].map(([, tag]) => tag));
            expect(
              [...tags].filter(
                (tag) =>
                  ![
                    'svg',
                    'g',
                    'path',
                    'rect',
                    'circle',
                    'text',
                    'defs',
                    'clipPath',
                    'polygon',
                    'polyline',
                  ].includes(tag!),
              ),
            ).toEqual([]);
            expect(svg).not.toMatch(/<[^>]*\s(?:on\w+|style|href|class)=/);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(drawn).toBeGreaterThan(20);
  }, 120_000);
});

/** The same with one of its leaves replaced, selected by number. */
function withOneLeaf(result: ProbeResult, choice: number, value: unknown): ProbeResult {
  const copy = JSON.parse(JSON.stringify(result)) as ProbeResult;
  const leaves: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const [key, inner] of Object.entries(holder)) {
      if (typeof inner === 'object' && inner !== null) visit(inner);
      leaves.push([holder as Record<string, unknown>, key]);
    }
  };
  visit(copy.summary);
  visit(copy.samples);
  leaves.push([copy as unknown as Record<string, unknown>, 'verdict']);
  const [holder, key] = leaves[choice % leaves.length]!;
  holder[key] = value;
  return copy;
}

describe('a forecast of memory sizes', () => {
  const FORECAST: Forecast = {
    day: '2026-11-28',
    calls: 41_804,
    fromMb: 512,
    currency: 'USD',
    sizes: [
      [512, 44.123456, 41, 47, 0.57],
      [592, 29.4, 28, 31, 0.48],
      [1160, 16, 15, 17, null],
    ],
  };

  it('comes back as numbers of four digits, in a short link', async () => {
    const fragment = await packForecast(FORECAST);
    expect(fragment.length).toBeLessThan(300);
    const read = await readForecast(fragment);
    expect(read.sizes[0]).toEqual([512, 44.12, 41, 47, 0.57]);
    expect({ ...read, sizes: [] }).toEqual({ ...FORECAST, sizes: [] });
    const { verdict, option } = forecastChart(read, context);
    expect(verdict.replaceAll('\u00A0', ' ')).toBe(
      '592 MB would be cheapest: 29 ms and $0.48 a million calls, not 44 ms and $0.57 a million calls as at 512 MB.',
    );
    expect(option).toBeDefined();
  });

  it('draws a hundred sizes within the bound of a link', async () => {
    const sizes = Array.from({ length: 150 }, (_, index): ForecastSize => [
      128 + 64 * index,
      1e5 / (index + 7),
      1e4 / (index + 7),
      3e5 / (index + 7),
      0.0123 * index,
    ]);
    expect((await packForecast({ ...FORECAST, sizes })).length).toBeLessThan(MOST_FRAGMENT);
  });

  it.each([
    ['text where a number belongs', { ...FORECAST, calls: '<b>' }],
    ['a day that is none', { ...FORECAST, day: 'today' }],
    ['a currency that is none', { ...FORECAST, currency: '<script>' }],
    ['no sizes', { ...FORECAST, sizes: [] }],
    ['a size below zero', { ...FORECAST, sizes: [[-1, 1, 1, 1, null]] }],
    ['nothing', null],
  ])('is refused with %s', async (_, forecast) => {
    const fragment = await packJson(FORECAST_PREFIX, forecast);
    await expect(readForecast(fragment)).rejects.toMatchObject({ name: 'FragmentError' });
  });
});
