import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../../store/test-engine.ts';
import { spanRow } from '../../store/test-rows.ts';
import type { TraceRow } from '../../store/index.ts';
import { CallSealer, listDependencies } from './index.ts';
import { slotStart, without } from './calls.ts';

const SLOT_MS = 600_000;
/** Two hours ago, at the start of a ten-minute slot. */
const BASE_MS = Math.floor(Date.now() / SLOT_MS) * SLOT_MS - 12 * SLOT_MS;

let test: TestEngine;
let sealer: CallSealer;
let sent = 0;
beforeAll(async () => {
  test = await startTestEngine();
  sealer = new CallSealer({ store: test.store, warn: (message) => expect.fail(message) });
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['otel_traces', 'span_activity', 'service_calls']) {
    await test.store.command(`TRUNCATE TABLE sandscope.${table}`);
  }
});

/** A span of a service, by the numbers of its trace, itself and its parent (0: none). */
function span(service: string, ids: readonly [number, number, number], startMs: number): TraceRow {
  const [traceId, spanId, parent] = ids.map((n) => n.toString(16).padStart(16, '0')) as [
    string,
    string,
    string,
  ];
  const row = spanRow({
    traceId: traceId.padStart(32, '0'),
    spanId,
    startMs,
    resource: { 'service.name': service },
  });
  return { ...row, ParentSpanId: ids[2] === 0 ? '' : parent };
}

const send = (...rows: TraceRow[]): Promise<void> => test.writer.insert(rows, `calls-${++sent}`);
const list = (fromMs = BASE_MS - 1, toMs = Date.now()) =>
  listDependencies(test.store, { from: BigInt(fromMs) * 1_000_000n, to: BigInt(toMs) * 1_000_000n });
/** As if slots had been counted two minutes ago, and later spans had arrived a minute after that. */
async function becomeQuiet(): Promise<void> {
  const { store } = test;
  await store.command(
    'CREATE TABLE sandscope.earlier ENGINE = Memory AS SELECT slot, parent, child, calls FROM sandscope.service_calls FINAL',
  );
  await store.command('TRUNCATE TABLE sandscope.service_calls');
  await store.command(
    'INSERT INTO sandscope.service_calls SELECT slot, parent, child, calls, now() - 150 FROM sandscope.earlier',
  );
  await store.command('DROP TABLE sandscope.earlier');
  await store.command('TRUNCATE TABLE sandscope.span_activity');
  await store.command(
    `INSERT INTO sandscope.span_activity
    SELECT intDiv(toUnixTimestamp64Nano(Timestamp), 600000000000) AS slot, now() - 90 AS changed_at
    FROM sandscope.otel_traces GROUP BY slot`,
  );
}

describe('dependencies', () => {
  const call = [span('a', [1, 1, 0], BASE_MS + 1000), span('b', [1, 2, 1], BASE_MS + 1001)];

  it('are the same before and after they were counted', async () => {
    const now = Date.now();
    await send(
      ...call,
      span('b', [1, 3, 2], BASE_MS + SLOT_MS),
      span('', [2, 1, 0], now - 4000),
      span('a', [2, 2, 1], now - 3000),
    );
    const expected = [
      { parent: 'a', child: 'b', callCount: 1 },
      { parent: 'b', child: 'b', callCount: 1 },
      { parent: 'missing-service-name', child: 'a', callCount: 1 },
    ];
    expect(await list()).toEqual(expected);
    expect(await sealer.sealAll()).toBe(2);
    expect(await list()).toEqual(expected);
    expect(await sealer.sealAll()).toBe(0);
  });

  it('are counted in portions where a slot has very many spans', async () => {
    const traces = Array.from({ length: 20 }, (_, index) => 100 + index);
    const rows = traces.flatMap((trace) => [
      span("it's", [trace, 1, 0], BASE_MS + 1000),
      span('b', [trace, 2, 1], BASE_MS + 1001),
      span(trace % 2 === 0 ? 'even' : 'b', [trace, 3, 2], BASE_MS + 1002),
    ]);
    await send(...rows);
    await send(...rows.slice(0, 9));
    const expected = await list();
    expect(expected.map(({ callCount }) => callCount)).toEqual([10, 10, 20]);
    const store = test.store;
    const portions = new CallSealer({ store, spansAPortion: 7, warn: (message) => expect.fail(message) });
    expect(await portions.sealAll()).toBe(1);
    expect(await list()).toEqual(expected);
    const counted = 'SELECT sum(calls) AS n FROM sandscope.service_calls FINAL';
    expect(await store.query(counted)).toEqual([{ n: '40' }]);
  });

  it('count a span once however often it was sent', async () => {
    await send(...call);
    await send(...call, call[1] as TraceRow);
    expect(await list()).toEqual([{ parent: 'a', child: 'b', callCount: 1 }]);
    await sealer.sealAll();
    await send(...call);
    expect(await list()).toEqual([{ parent: 'a', child: 'b', callCount: 1 }]);
    await becomeQuiet();
    expect(await sealer.sealAll()).toBe(1);
    expect(await list()).toEqual([{ parent: 'a', child: 'b', callCount: 1 }]);
  });

  it('count spans that came late: a call, and a parent from the ten minutes before', async () => {
    await send(...call, span('d', [3, 2, 1], BASE_MS + SLOT_MS + 5));
    await sealer.sealAll();
    await send(span('b', [1, 5, 1], BASE_MS + 2000), span('c', [3, 1, 0], BASE_MS + SLOT_MS - 5));
    await becomeQuiet();
    expect(await sealer.sealAll()).toBe(2);
    expect(await list()).toEqual([
      { parent: 'a', child: 'b', callCount: 2 },
      { parent: 'c', child: 'd', callCount: 1 },
    ]);
    expect(await sealer.sealAll()).toBe(0);
  });

  it('leave alone what still gets spans', async () => {
    await send(...call);
    await sealer.sealAll();
    await send(span('b', [1, 5, 1], BASE_MS + 2000));
    expect(await sealer.sealAll()).toBe(0);
  });

  it('go by the clocks of services that differ, and no further back than an hour', async () => {
    await send(
      span('a', [1, 1, 0], BASE_MS + SLOT_MS + 20_000),
      span('b', [1, 2, 1], BASE_MS + SLOT_MS - 10_000),
      span('c', [2, 1, 0], BASE_MS),
      span('d', [2, 2, 1], BASE_MS + 3_599_000),
      span('d', [2, 3, 1], BASE_MS + 3_601_000),
    );
    const expected = [
      { parent: 'a', child: 'b', callCount: 1 },
      { parent: 'c', child: 'd', callCount: 1 },
    ];
    expect(await list()).toEqual(expected);
    await sealer.sealAll();
    expect(await list()).toEqual(expected);
  });

  it('keep to a short range, and begin a long one with whole ten minutes', async () => {
    await send(...call, span('c', [1, 3, 1], BASE_MS + 3000));
    await sealer.sealAll();
    const onlyC = [{ parent: 'a', child: 'c', callCount: 1 }];
    expect(await list(BASE_MS + 2000, BASE_MS + 4000)).toEqual(onlyC);
    expect(await list(BASE_MS + 2000, BASE_MS + 3_602_000)).toHaveLength(2);
  });
});

describe('an interval without some slots', () => {
  it('is what lies between them', () => {
    const at = slotStart;
    expect(without({ from: at(1), to: at(9) }, [5, 3, 4])).toEqual([
      { from: at(1), to: at(3) },
      { from: at(6), to: at(9) },
    ]);
    expect(without({ from: at(1), to: at(2) }, [1])).toEqual([]);
    expect(without({ from: at(1), to: at(2) + 5n }, [1])).toEqual([{ from: at(2), to: at(2) + 5n }]);
  });
});
