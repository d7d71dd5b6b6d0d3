import { expect, it } from 'vitest';
import type { TimelineAnswer } from './answers.ts';
import { fittedTimeline } from './timeline.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const DAY_MS = 86_400_000;
const EVERY_MS = 1000;

/** A collector that received a call a second since a moment. */
function collectorSince(firstMs: number, nowMs = NOW) {
  const asked: string[] = [];
  return {
    asked,
    ask: (url: string): Promise<TimelineAnswer> => {
      asked.push(url);
      const from = new URLSearchParams(url.split('?')[1]).get('from') ?? '';
      const fromMs = from === '-24h' ? nowMs - DAY_MS : Date.parse(from);
      const bucketMs = Math.ceil((nowMs - fromMs) / 48);
      const buckets = Array.from({ length: 48 }, (_, index) => {
        const startMs = fromMs + index * bucketMs;
        const callsUntil = (ms: number): number => Math.max(0, Math.floor((ms - firstMs) / EVERY_MS));
        const warm = callsUntil(Math.min(nowMs, startMs + bucketMs)) - callsUntil(Math.min(nowMs, startMs));
        return {
          start: new Date(startMs).toISOString(),
          cold: 0,
          warm,
          unknown: 0,
          errors: 0,
          sandboxesAlive: 0,
        };
      });
      const [start, end] = [new Date(fromMs).toISOString(), new Date(nowMs).toISOString()];
      return Promise.resolve({ from: start, to: end, truncated: false, bucketMs, buckets });
    },
  };
}

const URL_OF_DAY = '/api/v1/timeline?from=-24h&buckets=48';

it('shows the first minute of a collector in buckets of seconds, though a day is asked for', async () => {
  const { ask } = collectorSince(NOW - 60_000);
  const answer = await fittedTimeline(URL_OF_DAY, undefined, ask, NOW);
  expect(answer.bucketMs).toBeLessThan(5000);
  expect(answer.buckets.reduce((sum, { warm }) => sum + warm, 0)).toBeGreaterThan(50);
  expect(Date.parse(answer.from)).toBeLessThanOrEqual(NOW - 60_000);
});

it('asks once for a range that is filled', async () => {
  const { ask, asked } = collectorSince(NOW - 20 * 3_600_000);
  await fittedTimeline(URL_OF_DAY, undefined, ask, NOW);
  expect(asked).toEqual([URL_OF_DAY]);
});

it('goes on from where the data begin, and looks at the whole range again after a minute', async () => {
  const { ask, asked } = collectorSince(NOW - 60_000);
  const first = await fittedTimeline(URL_OF_DAY, undefined, ask, NOW);
  asked.length = 0;
  await fittedTimeline(URL_OF_DAY, first, ask, NOW + 4000);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain(encodeURIComponent(first.from));
  asked.length = 0;
  await fittedTimeline(URL_OF_DAY, first, ask, NOW + 61_000);
  expect(asked[0]).toBe(URL_OF_DAY);
});

it('finds what an import brought from earlier', async () => {
  const first = await fittedTimeline(URL_OF_DAY, undefined, collectorSince(NOW - 60_000).ask, NOW);
  const { ask } = collectorSince(NOW - 20 * 3_600_000);
  const later = await fittedTimeline(URL_OF_DAY, first, ask, NOW + 61_000);
  expect(Date.parse(later.from)).toBe(NOW - DAY_MS);
});
