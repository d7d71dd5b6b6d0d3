import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashesOf } from '../store/index.ts';
import { startTestEngine, type TestEngine } from '../store/test-engine.ts';
import { spanRow } from '../store/test-rows.ts';
import { findTraceIds } from './find-traces.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2024, 0, 1);
const MINUTES = 1440;
const id = (minute: number): string => (minute + 1).toString(16).padStart(32, '0');

let test: TestEngine;

/**
 * One span per minute of a day: `often` on all, `hourly` on one per hour, `once` and the resource's on a single one.
 */
beforeAll(async () => {
  test = await startTestEngine();
  const rows = Array.from({ length: MINUTES }, (_, minute) =>
    spanRow({
      traceId: id(minute),
      startMs: START_MS + minute * 60_000,
      resource: {
        'service.name': `s${minute % 3}`,
        instance: `i${minute}`,
        ...(minute === 7 && { both: 1 }),
      },
      attributes: {
        often: 'yes',
        hourly: minute % 60 === 0 ? 'yes' : 'no',
        once: minute,
        ...(minute === 7 && { both: 1 }),
      },
    }),
  );
  await test.writer.insert(rows, 'day');
});
afterAll(() => test.close());

const find = (attributes: Record<string, string>, depth = 3, service = '') =>
  findTraceIds(test.store, {
    service,
    operation: '',
    attributes: Object.entries(attributes),
    startMinNanos: BigInt(START_MS) * 1_000_000n,
    startMaxNanos: BigInt(START_MS + DAY_MS) * 1_000_000n,
    depth,
    isCapped: false,
  });

describe('a search for an attribute', () => {
  it.each([
    ['that is everywhere', { often: 'yes' }, [1439, 1438, 1437]],
    ['that is rare', { hourly: 'yes' }, [1380, 1320, 1260]],
    ['of one span', { once: '3' }, [3]],
    ['of a resource', { instance: 'i5' }, [5]],
    ['of a span and its resource', { both: '1' }, [7]],
    ['that is nowhere', { once: '1440' }, []],
    ['with another', { often: 'yes', instance: 'i9' }, [9]],
  ])('%s', async (_what, attributes, minutes) => {
    expect(await find(attributes as unknown as Record<string, string>)).toEqual(minutes.map(id));
  });

  it('goes on through every slice of the range', async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => id((23 - hour) * 60));
    expect(await find({ hourly: 'yes' }, 100)).toEqual(hours);
    expect(await find({ often: 'yes' }, 1500)).toEqual(
      Array.from({ length: MINUTES }, (_, back) => id(MINUTES - 1 - back)),
    );
  });

  it('within a service', async () => {
    expect(await find({ often: 'yes' }, 2, 's0')).toEqual([id(1437), id(1434)]);
  });
});

describe('the index', () => {
  it.each(['SpanAttributes', 'ResourceAttributes'] as const)('of %s is used', async (map) => {
    const plan = await test.store.query<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT TraceId FROM sandscope.otel_traces
      WHERE indexHint(has(${hashesOf(map)}, cityHash64({key:String}, {value:String})))`,
      { key: 'absent', value: 'absent' },
    );
    const text = plan.map(({ explain }) => explain).join('\n');
    expect(text).toMatch(/idx_(span|resource)_attributes[\s\S]*Granules: 0\/1/);
  });
});
