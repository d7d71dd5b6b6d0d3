import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PriceBook } from '../prices/index.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
import { FunctionMetrics } from './function-metrics.ts';
import { MAX_FUNCTIONS, Names } from './names.ts';

let engine: TestEngine;
const metrics = new FunctionMetrics();
const prices = new PriceBook();

beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.close());

/** Series by name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const families = await metrics.scrape(engine.store, prices);
  const lines = (await families.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const call = (name: string, ordinal: number, more: Partial<Parameters<typeof invocationRow>[0]> = {}) =>
  invocationRow({
    function: name,
    sandbox: 'a0'.repeat(16),
    ordinal,
    startMs: Date.now() - 60_000 + ordinal * 1000,
    ...more,
  });

describe('/metrics/functions', () => {
  it('counts arrivals, and never decreases', async () => {
    const before = await scrape();
    expect(before.get('sandscope_functions')).toBe(0);
    const rows = [
      call('add', 1, { attributes: { 'sandscope.init.duration_ms': 250 } }),
      call('add', 2, { status: 'Error', durationMs: 20 }),
      call('say "hi"\\', 1),
    ];
    await engine.writer.insert(rows, 'first');
    // A late span: it began long ago, and is counted when it arrives.
    await engine.writer.insert([call('add', 3, { startMs: Date.now() - 7_200_000 })], 'late');
    const after = await scrape();
    const of = (name: string): number | undefined => after.get(name);
    expect(of('sandscope_function_invocations_total{function="add"}')).toBe(3);
    expect(of('sandscope_function_errors_total{function="add"}')).toBe(1);
    expect(of('sandscope_function_cold_invocations_total{function="add"}')).toBe(1);
    expect(of('sandscope_function_duration_seconds_bucket{function="add",le="0.01"}')).toBe(2);
    expect(of('sandscope_function_duration_seconds_bucket{function="add",le="+Inf"}')).toBe(3);
    expect(of('sandscope_function_duration_seconds_sum{function="add"}')).toBeCloseTo(0.04, 5);
    expect(of('sandscope_function_initialization_seconds_bucket{function="add",le="0.3"}')).toBe(1);
    expect(of('sandscope_function_initialization_seconds_bucket{function="add",le="0.2"}')).toBe(0);
    expect(of('sandscope_function_invocations_total{function="say \\"hi\\"\\\\"}')).toBe(1);
    const again = await scrape();
    const counters = [...after].filter(([name]) => /_(?:total|bucket|count|sum)\b/.test(name));
    for (const [name, value] of counters) expect([name, again.get(name)]).toEqual([name, value]);
  });

  it('has the judged values of the last hour', async () => {
    const shown = await scrape();
    expect(shown.get('sandscope_functions')).toBe(2);
    expect(shown.get('sandscope_function_window_seconds')).toBe(3600);
    const causes = [...shown].filter(([name]) =>
      name.startsWith('sandscope_function_cold_starts{function="add"'),
    );
    expect(causes.reduce((sum, [, count]) => sum + count, 0)).toBeCloseTo(1, 6);
    expect(
      shown.get('sandscope_function_cold_start_cost_seconds{function="add",bound="value"}'),
    ).toBeGreaterThan(0.2);
    expect(shown.has('sandscope_function_sandboxes_alive{function="add"}')).toBe(true);
  });

  it('limits its series: further functions share one', async () => {
    const many = Array.from({ length: MAX_FUNCTIONS + 20 }, (_, index) => call(`f${index}`, 1));
    await engine.writer.insert(many, 'many');
    const shown = await scrape();
    const series = [...shown.keys()].filter((name) =>
      name.startsWith('sandscope_function_invocations_total'),
    );
    expect(series).toHaveLength(MAX_FUNCTIONS + 1);
    expect(shown.get('sandscope_function_invocations_total{other="true"}')).toBe(22);
    expect(shown.get('sandscope_function_invocations_total{function="add"}')).toBe(3);
    expect(shown.get('sandscope_functions')).toBe(MAX_FUNCTIONS + 22);
  });
});

describe('names with series of their own', () => {
  it('stay the first ones', () => {
    const names = new Names();
    names.admit(Array.from({ length: MAX_FUNCTIONS }, (_, index) => `f${index}`));
    names.admit(['late']);
    expect([names.owns('f0'), names.owns('late')]).toEqual([true, false]);
    const shared = names.share(
      new Map([
        ['f0', 1],
        ['late', 2],
        ['later', 3],
      ]),
      (a, b) => (a ?? 0) + b,
    );
    expect(shared).toEqual([
      [{ function: 'f0' }, 1],
      [{ other: 'true' }, 5],
    ]);
  });
});
