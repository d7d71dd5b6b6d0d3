import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertEnds, insertInvocations } from '../../../bench/query/generate.ts';
import type { Fleet } from '../../../bench/query/generate.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow } from '../../store/test-rows.ts';
import { summariseFunctions } from '../functions.ts';
import type { FunctionSummary } from '../functions.ts';
import { countHops } from '../hops.ts';
import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import type { Scope } from '../scope.ts';
import { countTimeline } from '../timeline.ts';
import { loadWindow } from '../as-of-view.ts';
import { countInvocations, loadCounts } from './counts.ts';
import { planOf } from './plan-read.ts';
import type { ReadPlan, SealedRun } from './read-plan.ts';
import { loadHops } from './hops.ts';
import { loadLives } from './lives.ts';
import type { LifeRow } from './rows.ts';
import { Sealer } from './sealer.ts';
import { OLDEST_FORM, SEAL_FORM } from './sql.ts';

const HOUR_MS = 3_600_000;
/** The end of the hour before the last complete one. */
const END = Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS;
const FLEET: Fleet = {
  database: 'sandscope',
  invocations: 4_000,
  sandboxes: 120,
  functions: 5,
  hosts: 7,
  endMs: END,
  spanMs: 4 * HOUR_MS,
};
/** The threshold is so low that rollups always answer. */
const RANGE: Scope = { fromMs: END - 4 * HOUR_MS, toMs: END, maxInvocations: 10 };
const exactly = (scope: Scope): Scope => ({ ...scope, maxInvocations: 200_000 });

let test: TestEngine;
let sealed = 0;

beforeAll(async () => {
  test = await startTestEngine();
  await test.store.command(insertInvocations(FLEET, {}));
  await test.store.command(insertEnds(FLEET));
  const sealer = new Sealer({ store: test.store, warn: (message) => expect.fail(message) });
  sealed = await sealer.sealAll();
}, 120_000);
afterAll(async () => {
  await test.close();
});

/** A summary without its quantiles, which are estimates, and without values that are judged rather than counted. */
function counted({
  durationMs,
  coldDurationMs,
  warmDurationMs,
  coldStart,
  alive = 0,
  evicted = 0,
  ...counts
}: FunctionSummary) {
  const n = [durationMs.n, coldDurationMs?.n, warmDurationMs?.n];
  return { ...counts, n, coldInitMs: coldStart?.initMs, judged: alive + evicted };
}

async function expectEqualAnswers(scope: Scope): Promise<number> {
  const [rollup, exact] = await Promise.all([
    summariseFunctions(test.store, scope, 100),
    summariseFunctions(test.store, exactly(scope), 100),
  ]);
  expect(rollup.window.plan).toBeDefined();
  expect(exact.window.plan).toBeUndefined();
  expect(rollup.truncated).toBe(false);
  expect(rollup.functions.map(counted)).toEqual(exact.functions.map(counted));
  for (const [at, { durationMs }] of rollup.functions.entries()) {
    const truth = exact.functions[at]?.durationMs;
    expect(Math.abs(durationMs.p50 / (truth?.p50 ?? NaN) - 1)).toBeLessThan(0.02);
    expect(Math.abs(durationMs.p99 / (truth?.p99 ?? NaN) - 1)).toBeLessThan(0.05);
  }
  for (const [name, { lives }] of rollup.window.functions) {
    const truth = new Map(exact.window.functions.get(name)?.lives.map((life) => [life.key, life]));
    expect(lives.length).toBe(truth.size);
    for (const { key, count, lost, restarts, firstStartMs, lastEndMs } of lives) {
      const life = truth.get(key);
      expect({ key, count, lost, restarts }).toEqual({
        key,
        count: life?.count,
        lost: life?.lost,
        restarts: life?.restarts,
      });
      expect(firstStartMs).toBeCloseTo(life?.firstStartMs ?? NaN, 2);
      expect(lastEndMs).toBeCloseTo(life?.lastEndMs ?? NaN, 2);
    }
  }
  return rollup.functions.length;
}

describe('rollups', () => {
  it('cover every hour that is over', async () => {
    expect(sealed).toBeGreaterThanOrEqual(4);
    const plan = await planOf(test.store, RANGE.fromMs + 1234, RANGE.toMs);
    expect(plan).toMatchObject({ fromMs: RANGE.fromMs, toMs: RANGE.toMs, raw: [], dirty: [] });
    expect(plan.sealed).toHaveLength(1);
  });

  it('cover what happened long ago and came now', async () => {
    const startMs = Date.UTC(2014, 4, 1, 10, 30);
    const rows = [1, 2, 3].map((ordinal) =>
      invocationRow({
        function: 'long-ago',
        sandbox: 'a'.repeat(32),
        startMs: startMs + ordinal * 1000,
        ordinal,
      }),
    );
    await test.writer.insert(rows, 'long-ago');
    const sealer = new Sealer({ store: test.store, warn: (message) => expect.fail(message) });
    expect(await sealer.sealAll()).toBeGreaterThanOrEqual(1);
    const scope = { fromMs: startMs - HOUR_MS / 2, toMs: startMs + HOUR_MS / 2 };
    const plan = await planOf(test.store, scope.fromMs, scope.toMs);
    expect(plan).toMatchObject({ ...scope, raw: [] });
    const [life] = await loadLives(test.store, plan, scope);
    expect(life).toMatchObject({ invocations: 3 });
    expect(await sealer.sealAll()).toBe(0);
  });

  it('are read once as long as nothing changes', async () => {
    const plan = await planOf(test.store, RANGE.fromMs, RANGE.toMs);
    const lives = await loadLives(test.store, plan, RANGE);
    expect(await loadLives(test.store, await planOf(test.store, RANGE.fromMs, RANGE.toMs), RANGE)).toBe(
      lives,
    );
    expect(await loadLives(test.store, { ...plan, version: 'sealed again' }, RANGE)).not.toBe(lives);
  });

  it('give the same where only the first half is sealed', async () => {
    const window = await loadWindow(test.store, RANGE);
    const whole = window.plan as ReadPlan;
    const [run] = whole.sealed as [SealedRun];
    const middle = run.from + 2 * 3600;
    const half: ReadPlan = {
      ...whole,
      version: 'half',
      sealed: [{ ...run, to: middle }],
      raw: [{ fromMs: middle * 1000, toMs: run.to * 1000 }],
    };
    const shown = ({ coldStarts, facts, ...life }: LifeRow) => ({
      ...life,
      colds: coldStarts.length,
      facts: { ...facts, initTypes: facts.initTypes.toSorted() },
    });
    const livesOf = async (plan: ReadPlan) =>
      new Map((await loadLives(test.store, plan, RANGE)).map((life) => [life.key, shown(life)]));
    expect(await livesOf(half)).toEqual(await livesOf(whole));
    expect(await loadCounts(test.store, half, RANGE)).toEqual(await loadCounts(test.store, whole, RANGE));
    const hopsOf = async (plan: ReadPlan) =>
      new Map(
        [...(await loadHops(test.store, plan, window))].map(([name, { pairs, hops, sandboxHops }]) => [
          name,
          { pairs, hops, sandboxHops },
        ]),
      );
    expect(await hopsOf(half)).toEqual(await hopsOf(whole));
  });

  it('give the counts, lives, hosts and lost spans that looking at every invocation gives', async () => {
    expect(await expectEqualAnswers(RANGE)).toBe(FLEET.functions);
    await expectEqualAnswers({ ...RANGE, function: 'function-003' });
    await expectEqualAnswers({ ...RANGE, region: 'us-east-1' });
  });

  it('give the exact numbers of invocations of ranges that end anywhere', async () => {
    const { fromMs, toMs } = RANGE;
    const ranges = [
      [fromMs, toMs],
      [fromMs + 1_234, toMs - 4_321],
      [fromMs + HOUR_MS + 30_000, fromMs + HOUR_MS + 89_999],
      [fromMs + HOUR_MS + 10, fromMs + HOUR_MS + 20_000],
      [toMs - 600_000, toMs + HOUR_MS],
    ] as const;
    for (const [begin, end] of ranges) {
      const [found] = await test.store.query<{ n: string; cold: string; failed: string }>(
        `SELECT count() AS n, countIf(${IS_COLD} = true) AS cold, countIf(${HAS_FAILED}) AS failed
        FROM sandscope.invocations FINAL
        WHERE start >= fromUnixTimestamp64Milli(${begin}) AND start < fromUnixTimestamp64Milli(${end})`,
      );
      expect(await countInvocations(test.store, { fromMs: begin, toMs: end })).toEqual({
        invocations: Number(found?.n),
        cold: Number(found?.cold),
        failed: Number(found?.failed),
      });
    }
  });

  it('give the hops, within bounds that hold', async () => {
    const [rollup, exact] = await Promise.all([
      loadWindow(test.store, RANGE),
      loadWindow(test.store, exactly(RANGE)),
    ]);
    const totals = rollup.plan && (await loadHops(test.store, rollup.plan, rollup));
    for (const [name, { invocations }] of exact.functions) {
      const truth = countHops(invocations, exact.hosts);
      const { pairs, hops, sandboxHops, known, independent, rate, bounds } = totals?.get(name) ?? {};
      expect({ pairs, hops, sandboxHops, known }).toEqual({
        pairs: truth.pairs,
        hops: truth.hops,
        sandboxHops: truth.sandboxHops,
        known: truth.known,
      });
      expect(independent?.expected.toFixed(9)).toBe(truth.independent?.expected.toFixed(9));
      expect(independent?.p.toFixed(9)).toBe(truth.independent?.p.toFixed(9));
      expect(rate?.value?.toFixed(9)).toBe(truth.rate.value?.toFixed(9));
      expect(bounds?.low).toBeLessThanOrEqual(truth.bounds.low);
      expect(bounds?.high).toBeGreaterThanOrEqual(truth.bounds.high);
    }
  });

  it('judge fates as looking at every invocation does', async () => {
    const [rollup, exact] = await Promise.all([
      loadWindow(test.store, RANGE),
      loadWindow(test.store, exactly(RANGE)),
    ]);
    let all = 0;
    for (const [name, { fates, judged }] of exact.functions) {
      all += fates.size;
      expect(rollup.functions.get(name)?.fates).toEqual(fates);
      expect(rollup.functions.get(name)?.judged?.deployments).toEqual(judged?.deployments);
    }
    expect(all).toBe(FLEET.sandboxes);
  });

  it('draw the same timeline', async () => {
    const [rollup, exact] = await Promise.all([
      countTimeline(test.store, RANGE, 48),
      countTimeline(test.store, exactly(RANGE), 48),
    ]);
    const counts = ({ buckets }: typeof rollup) =>
      buckets.map(({ cold, warm, unknown, errors }) => [cold, warm, unknown, errors]);
    expect(counts(rollup)).toEqual(counts(exact));
  });

  it('do not hide what comes late, nor count twice what comes again', async () => {
    // Only of two functions: the next test needs a third one without recent data.
    const again = insertInvocations(FLEET, { sandboxes: [0, 2] }).replace(
      /toDateTime\(intDiv\([^)]*\), 1000000000\) \+ 1\)/,
      'now()',
    );
    await test.store.command(again);
    await test.writer.insert(
      [
        invocationRow({
          function: 'function-001',
          sandbox: 'late',
          bootId: 'late',
          ordinal: 1,
          startMs: END - 1.5 * HOUR_MS,
          attributes: { 'cloud.region': 'us-east-1' },
        }),
      ],
      'late-1',
    );
    const plan = await planOf(test.store, RANGE.fromMs, RANGE.toMs);
    expect(plan.dirty.length + plan.raw.length).toBeGreaterThan(0);
    await expectEqualAnswers(RANGE);
  });

  it('seal again what came late, once it has settled', async () => {
    await test.store.command(
      `INSERT INTO sandscope.invocations SELECT * REPLACE (now() - 61 AS received_at, 'settled' AS sandbox_id, 'settled' AS instance, 'settled' AS trace_id)
      FROM sandscope.invocations WHERE function = 'function-002' LIMIT 1`,
    );
    await test.store.command(
      'INSERT INTO sandscope.seals (width, bucket, sealed_at, form) SELECT width, bucket, now() - 120, form FROM sandscope.seals',
    );
    await new Sealer({ store: test.store, warn: (message) => expect.fail(message) }).sealAll();
    const rows = await test.store.query<{ n: string }>(
      "SELECT count() AS n FROM sandscope.sandboxes FINAL WHERE sandbox_id = 'settled'",
    );
    expect(Number(rows[0]?.n)).toBeGreaterThan(0);
    await expectEqualAnswers(RANGE);
  });

  it('of an older form stay readable, and are made again where it can be', async () => {
    // Both forms exist at once, as while buckets are being computed again; only one of them counts.
    for (const table of ['sandboxes', 'function_rollup', 'minute_rollup']) {
      await test.store.command(
        `INSERT INTO sandscope.${table} SELECT * REPLACE (0 AS form) FROM sandscope.${table} FINAL`,
      );
    }
    await test.store.command(
      `INSERT INTO sandscope.seals (width, bucket, sealed_at, form)
      SELECT width, bucket, sealed_at + 1, ${OLDEST_FORM} FROM sandscope.seals FINAL`,
    );
    const formsOf = async () =>
      new Set((await planOf(test.store, RANGE.fromMs, RANGE.toMs)).sealed.map(({ form }) => form));
    expect(await formsOf()).toEqual(new Set([OLDEST_FORM]));
    await expectEqualAnswers(RANGE);
    const sealer = new Sealer({ store: test.store, warn: (message) => expect.fail(message) });
    expect(await sealer.sealAll()).toBeGreaterThan(0);
    expect(await formsOf()).toEqual(new Set([SEAL_FORM]));
    await expectEqualAnswers(RANGE);
  });
});
