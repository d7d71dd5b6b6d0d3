import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertEnds, insertInvocations } from '../../../bench/query/generate.ts';
import type { Fleet } from '../../../bench/query/generate.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow } from '../../store/test-rows.ts';
import { summariseFunctions } from '../functions.ts';
import type { FunctionSummaries, FunctionSummary } from '../functions.ts';
import type { Scope } from '../scope.ts';
import { countTimeline } from '../timeline.ts';
import { loadHopTotals } from '../hop-totals.ts';
import { MAX_RECENT_SECONDS, Recent } from './recent.ts';
import { Sealer } from './sealer.ts';

const HOUR_MS = 3_600_000;
const END = Date.now();
/** From the start of the last complete hour: one hour and a few minutes are then left to seal. */
const FROM = Math.floor(END / HOUR_MS - 1) * HOUR_MS;
/** Traffic continues for another hour, so that there is some up to the moment of the question. */
const FLEET: Fleet = {
  database: 'sandscope',
  invocations: 8_000,
  sandboxes: 120,
  functions: 5,
  hosts: 7,
  endMs: END + HOUR_MS,
  spanMs: 5 * HOUR_MS,
};
const NEVER_EACH = 10;
const PATIENTLY = { timeout: 60_000, interval: 500 };

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
  await test.store.command(insertInvocations(FLEET, { time: [FROM, END] }));
  await test.store.command(`${insertEnds(FLEET)} AND birth_ms + life_ms + 600000 < ${END}`);
  await new Sealer({ store: test.store, warn: (message) => expect.fail(message) }).sealAll();
  // Whenever the previous step ended, this hour is not sealed, and nothing will be from now on.
  const newest = { function: 'function-003', sandbox: 'newest', bootId: 'boot', ordinal: 1 };
  await test.writer.insert([invocationRow({ ...newest, startMs: Date.now() - 1000 })], 'newest');
}, 120_000);
afterAll(async () => {
  await test.close();
});

function lastHours(hours: number, rest: Partial<Scope> = {}): Scope {
  const toMs = Date.now();
  return { fromMs: toMs - hours * HOUR_MS, toMs, maxInvocations: NEVER_EACH, ...rest };
}

/** Without quantiles, which are estimates, and with judged values as one number. */
function counted({ functions }: FunctionSummaries) {
  return functions.map(
    ({
      durationMs,
      coldDurationMs,
      warmDurationMs,
      coldStart,
      alive = 0,
      evicted = 0,
      ...counts
    }: FunctionSummary) => ({
      ...counts,
      n: [durationMs.n, coldDurationMs?.n, warmDurationMs?.n],
      coldInitMs: coldStart?.initMs,
      judged: alive + evicted,
    }),
  );
}

/** The same range with every invocation examined. */
async function exactly({ window }: FunctionSummaries, rest: Partial<Scope> = {}): Promise<FunctionSummaries> {
  return summariseFunctions(test.store, { ...window.scope, maxInvocations: 200_000, ...rest }, 100);
}

async function expectSameAsEach(hours: number, rest: Partial<Scope> = {}): Promise<FunctionSummaries> {
  const busy = await summariseFunctions(test.store, lastHours(hours, rest), 100);
  expect(busy.window.plan).toBeDefined();
  const each = await exactly(busy, rest);
  expect(each.window.plan).toBeUndefined();
  expect(counted(busy)).toEqual(counted(each));
  return busy;
}

describe('the unsealed time before now', () => {
  it('is answered as if every invocation were looked at', async () => {
    const { window } = await expectSameAsEach(1);
    expect(window.plan?.recent?.some(({ lives }) => lives.length > 0)).toBe(true);
    expect(window.plan?.raw).toEqual([]);
    await expectSameAsEach(0.5);
    await expectSameAsEach(1, { function: 'function-003' });
  });

  it('is read from the store where only a part of the functions is asked about', async () => {
    const { window } = await expectSameAsEach(1, { region: 'us-east-1' });
    expect(window.plan?.recent).toBeUndefined();
  });

  it('has the same hops and timeline', async () => {
    const { window, totals } = await loadHopTotals(test.store, lastHours(1));
    const each = await loadHopTotals(test.store, { ...window.scope, maxInvocations: 200_000 });
    expect(each.totals).toBeUndefined();
    const { total } = await exactly({ window } as FunctionSummaries);
    const hops = [...(totals ?? [])].reduce((sum, [, own]) => sum + own.hops, 0);
    expect(hops).toBe(total.hops);
    const drawn = await countTimeline(test.store, lastHours(0.5), 12);
    const truth = await countTimeline(test.store, { ...drawn.scope, maxInvocations: 200_000 }, 1);
    const sum = ({ buckets }: typeof drawn): number[] =>
      ['cold', 'warm', 'unknown', 'errors'].map((name) =>
        buckets.reduce((all, bucket) => all + bucket[name as 'cold'], 0),
      );
    expect(sum(drawn)).toEqual(sum(truth));
  });

  it('shows what arrives, late or twice, within a few seconds', async () => {
    // Always from the same start: invocations leaving the range would offset those that arrive.
    const { fromMs } = lastHours(1);
    const before = await summariseFunctions(test.store, lastHours(1, { fromMs }), 100);
    const row = (sandbox: string, agoMs: number, ordinal = 1) =>
      invocationRow({
        function: 'function-001',
        sandbox,
        bootId: 'boot',
        ordinal,
        startMs: Date.now() - agoMs,
      });
    await test.writer.insert([row('late', 250_000), row('now', 500), row('now', 100, 2)], 'late-1');
    await test.store.command(
      insertInvocations(FLEET, { time: [END - 200_000, END] }).replace(
        'toDateTime(intDiv',
        'toDateTime(1 + intDiv',
      ),
    );
    const added = async (): Promise<number> => {
      const { total } = await summariseFunctions(test.store, lastHours(1, { fromMs }), 100);
      return total.invocations - before.total.invocations;
    };
    await expect.poll(added, PATIENTLY).toBe(3);
    await expectSameAsEach(1);
  });
});

describe('units', () => {
  it('are made again only when something came for them', async () => {
    const recent = new Recent(test.store);
    const from = Math.floor(END / 60_000) * 60 - 600;
    const first = (await recent.load(from, Date.now()))?.units ?? [];
    expect(first.length).toBeGreaterThan(10);
    const again = (await recent.load(from, Date.now()))?.units ?? [];
    const isSame = (at: number): boolean => again.some((unit) => unit === first[at]);
    expect(first.filter(({ count, width }, at) => width === 60 && count > 0 && !isSame(at))).toEqual([]);
    await test.writer.insert(
      [
        invocationRow({
          function: 'function-002',
          sandbox: 'units',
          bootId: 'boot',
          ordinal: 1,
          startMs: (from + 30) * 1000,
        }),
      ],
      'units-1',
    );
    const third = (await recent.load(from, Date.now()))?.units ?? [];
    expect(third[0]).not.toBe(again[0]);
    expect(third[0]?.lives.map(({ sandboxId }) => sandboxId)).toContain('units');
    expect(third[1]).toBe(again[1]);
  });

  it('are not made of more time than is kept', async () => {
    const from = Math.floor(END / 60_000) * 60 - 2 * MAX_RECENT_SECONDS;
    const { units = [], older } = (await new Recent(test.store).load(from, Date.now())) ?? {};
    expect(older?.fromMs).toBe(from * 1000);
    expect(older?.toMs).toBe((units[0]?.from ?? NaN) * 1000);
    expect(units.reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(MAX_RECENT_SECONDS + 60);
  });
});
