/** What the sentences of verdicts must not claim. */
import type { ExperimentName, Sample } from '@sandscope/probes/outside';
import { describe, expect, it } from 'vitest';
import { readParameters } from './parameters.ts';
import { EXPERIMENTS } from './registry.ts';

const CONTEXT = {
  timeScale: 1,
  seed: 1,
  startedUnixMs: 0,
  prices: { name: 'none', currency: 'USD', perGbSecond: 1e-5, perMillionRequests: 0, billedStepMs: 1 },
};

/** The verdict on calls that took the given times. */
function verdictOn(
  name: ExperimentName,
  calls: readonly (Partial<Sample> & { readonly ms: number })[],
): string {
  const { parameters, summarise, verdict } = EXPERIMENTS.find((one) => one.name === name)!;
  const samples = calls.map(({ ms, ...fields }, index): Sample => {
    const times = { scheduledMs: 50 * index, sentMs: 50 * index, endMs: 50 * index + ms };
    return { index, unit: 'u', role: 'call', outcome: 'ok', start: 'unknown', ...times, ...fields };
  });
  const set = readParameters(parameters, []);
  return verdict(summarise(samples, set, CONTEXT), set);
}

describe('a verdict', () => {
  it('tells no count of cold starts that nobody reported', () => {
    const call = { ms: 5, cell: { trace: 'f' } };
    expect(verdictOn('replay', [call, call])).toContain('how many of them cold is not known');
    expect(verdictOn('replay', [call, { ...call, start: 'cold' }])).toContain('1 of 1 that tell cold');
    expect(verdictOn('replay', [{ ...call, start: 'warm' }])).toContain('0 of them cold');
  });

  it('knows a platform that fails under load', () => {
    const failed = { outcome: 'error', error: { code: 'server_error', message: 'status 503' } } as const;
    const calls = [1, 2].flatMap((width) =>
      Array.from({ length: 20 }, (_, index) => ({
        ms: 10,
        width,
        ...(width === 2 && index % 2 === 0 && failed),
      })),
    );
    expect(verdictOn('concurrency', calls)).toMatch(/^From 2 callers on, calls fail: 10 of 20 at first; /);
    expect(verdictOn('concurrency', calls.slice(0, 20))).toMatch(/^No limit up to 1 callers; /);
  });

  it('tells a chain apart from chance, and cheaper from dearer', () => {
    const cells = (times: Readonly<Record<string, number>>, noiseMs: number, n = 6) =>
      Object.entries(times).flatMap(([name, ms]) =>
        Array.from({ length: n }, (_, index) => {
          const [start = '', kind] = name.split('/');
          return {
            ms: ms + noiseMs * (index % 2 === 0 ? 1 : -1),
            role: 'chain',
            cell: { start, chained: kind === 'chained', expected: 2 },
            function: { measured: { result: 2 } },
          };
        }),
      );
    const same = { 'cold/chained': 500, 'cold/fused': 495, 'warm/chained': 100, 'warm/fused': 95 };
    expect(verdictOn('cold-chain', cells(same, 50))).toBe(
      'A cold start costs 400 ms and the chain 5 ms (not shown to differ from 0); that a chain costs more or less when cold is not shown by these data.',
    );
    const dear = { 'cold/chained': 900, 'cold/fused': 500, 'warm/chained': 200, 'warm/fused': 100 };
    expect(verdictOn('cold-chain', cells(dear, 5))).toContain('cold, the chain costs 300 ms more than warm');
    const cheap = { 'cold/chained': 550, 'cold/fused': 500, 'warm/chained': 200, 'warm/fused': 100 };
    expect(verdictOn('cold-chain', cells(cheap, 5))).toContain('cold, the chain costs 50 ms less than warm');
    // One call of each kind has no interval.
    expect(verdictOn('cold-chain', cells(dear, 0, 1))).toContain('not shown by these data');
  });

  it('tells what a payload takes only where it is shown', () => {
    const call = (bytes: number, ms: number) =>
      ({
        ms,
        start: 'warm',
        cell: { path: 'redis', bytes },
        function: { measured: { exchangeMs: ms } },
      }) as const;
    const sizes = [1e6, 2e6, 3e6, 4e6];
    const rising = sizes.map((bytes, index) => call(bytes, 10 + 50 * (bytes / 1e6) + (index % 2)));
    expect(verdictOn('communication', rising)).toMatch(
      /^A round trip to Redis takes 10 ms and 50\.2 ms per MB\.$/,
    );
    const falling = sizes.map((bytes, index) => call(bytes, 20 - 3 * (index % 2)));
    expect(verdictOn('communication', falling)).toMatch(
      /^A round trip to Redis takes .* ms \(more with the payload: not shown by these data\)\.$/,
    );
  });

  describe('on memory sizes', () => {
    /** Six calls, the fewest with an interval for their median. */
    const size = (memoryMb: number, durationMs: number, spreadMs = 0) =>
      Array.from({ length: 6 }, (_, index) => {
        const ms = durationMs + (index - 2.5) * spreadMs;
        return { ms: ms + 5, memoryMb, start: 'warm', function: { durationMs: ms } } as const;
      });

    it('names the smallest of equally fast sizes as the fastest', () => {
      expect(verdictOn('memory', [...size(128, 100), ...size(256, 99)])).toMatch(
        /^128 MB is both cheapest and fastest; 128 and 256 MB are equally fast/,
      );
      expect(verdictOn('memory', [...size(128, 100), ...size(256, 60), ...size(512, 59.5)])).toMatch(
        /^128 MB is .* cheaper than 256 MB, which is 40 % faster/,
      );
    });

    it('claims no difference that the data do not show', () => {
      expect(verdictOn('memory', [...size(128, 100, 4), ...size(256, 48, 2)])).toMatch(
        /^256 MB is fastest, and no other size is shown to be cheaper\./,
      );
      expect(verdictOn('memory', [...size(128, 100, 4), ...size(256, 52, 2)])).toMatch(
        /^256 MB is 48 % faster than 128 MB; that it costs more is not shown by these data\./,
      );
      expect(verdictOn('memory', [...size(128, 100, 20), ...size(256, 85, 20)])).toMatch(
        /^128 MB is cheapest; that another size is faster is not shown by these data/,
      );
    });
  });
});
