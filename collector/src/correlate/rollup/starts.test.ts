import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertInvocations } from '../../../bench/query/generate.ts';
import type { Fleet } from '../../../bench/query/generate.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow } from '../../store/test-rows.ts';
import { ENVIRONMENT, HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { planOf } from './plan-read.ts';
import { Sealer } from './sealer.ts';
import { firstCallsIn, sandboxesIn, WARM_CALLS, warmCallsIn } from './starts.ts';
import { DURATION_BASE, HOUR_SECONDS, IS_FIRST_CALL, STARTS_FORM } from './sql.ts';

const HOUR_MS = 3_600_000;
/** The end of the hour before the last complete one. */
const END = Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS;
const FLEET: Fleet = {
  database: 'sandscope',
  invocations: 3_000,
  sandboxes: 200,
  functions: 5,
  hosts: 7,
  endMs: END,
  spanMs: 4 * HOUR_MS,
};
const DAY: Scope = { fromMs: END - 4 * HOUR_MS, toMs: END };
/** Begins and ends inside of buckets. */
const PART: Scope = { fromMs: END - 3.3 * HOUR_MS, toMs: END - 0.45 * HOUR_MS };
/** Reaches beyond what is sealed. */
const LATEST: Scope = { fromMs: END - 2 * HOUR_MS, toMs: Date.now() };
const ONE: Scope = { ...PART, function: 'function-002' };

let test: TestEngine;
const sealer = (): Sealer => new Sealer({ store: test.store, warn: (message) => expect.fail(message) });

beforeAll(async () => {
  test = await startTestEngine();
  await test.store.command(insertInvocations(FLEET, {}));
  await sealer().sealAll();
}, 120_000);
afterAll(async () => {
  await test.close();
});

const CALL = 'function, toString(start) AS at, trace_id, span_id, sandbox_id, duration_ns, init_duration_ms';

async function expectAllFirstCalls(scope: Scope): Promise<number> {
  const calls = await firstCallsIn(test.store, scope);
  const order = 'ORDER BY function, start, trace_id, span_id LIMIT 1 BY trace_id, span_id';
  const found = await test.store.query(`SELECT ${CALL} FROM ${calls.sql} ${order}`, calls.params);
  const truth = await test.store.query(
    `SELECT ${CALL} FROM ${test.store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)} AND ${IS_FIRST_CALL} ${order}`,
    scopeParams(scope),
  );
  expect(found).toEqual(truth);
  return found.length;
}

/** The machine of each sandbox in a range of whole buckets; how many there are. */
async function expectAllMachines(scope: Scope): Promise<number> {
  const machine =
    'max(memory_total_bytes) AS bytes, max(cgroup_quota_ratio) AS quota, max(host_arch) AS arch';
  const group = 'GROUP BY function, environment ORDER BY function, environment';
  const sandboxes = await sandboxesIn(test.store, scope, {
    function: 'function',
    environment: ENVIRONMENT,
    memory_total_bytes: 'memory_total_bytes',
    cgroup_quota_ratio: 'cgroup_quota_ratio',
    host_arch: 'host_arch',
  });
  const found = await test.store.query(
    `SELECT function, environment, ${machine} FROM ${sandboxes.sql} ${group}`,
    sandboxes.params,
  );
  const truth = await test.store.query(
    `SELECT function, ${ENVIRONMENT} AS environment, ${machine} FROM ${test.store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)} ${group}`,
    scopeParams(scope),
  );
  expect(found).toEqual(truth);
  return found.length;
}

interface Median {
  readonly kind: string;
  readonly n: string;
  readonly ms: number;
}

/** The median of each configuration in a range of whole buckets, within the width of a bin; how many there are. */
async function expectAllMedians(scope: Scope): Promise<number> {
  const kind = 'concat(function, version, toString(ifNull(memory_limit_bytes, 0)), cpu_model) AS kind';
  const calls = await warmCallsIn(test.store, scope);
  const found = await test.store.query<Median>(
    `SELECT ${kind}, ${WARM_CALLS.count} AS n, ${WARM_CALLS.medianMs} AS ms FROM ${calls.sql} GROUP BY kind ORDER BY kind`,
    calls.params,
  );
  const truth = await test.store.query<Median>(
    `SELECT ${kind}, count() AS n, quantileExactLow(0.5)(duration_ns / 1e6) AS ms
    FROM ${test.store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)} AND ${IS_COLD} = false AND NOT ${HAS_FAILED}
    GROUP BY kind ORDER BY kind`,
    scopeParams(scope),
  );
  expect(found.map(({ kind: name, n }) => [name, n])).toEqual(truth.map(({ kind: name, n }) => [name, n]));
  for (const [at, { ms }] of found.entries())
    expect(Math.abs(ms / (truth[at]?.ms ?? NaN) - 1)).toBeLessThan((DURATION_BASE - 1) / 2 + 1e-6);
  return found.length;
}

describe('first calls', () => {
  it.each([
    ['whole buckets', DAY],
    ['parts of buckets', PART],
    ['time that is not sealed yet', LATEST],
    ['one function', ONE],
  ])('are those of the invocations: %s', async (_, scope) => {
    expect(await expectAllFirstCalls(scope)).toBeGreaterThan(3);
  });

  it('are read from rollups where there are any', async () => {
    const { sql } = await firstCallsIn(test.store, DAY);
    expect(sql).not.toContain('.invocations');
  });

  it('include those that come late, before and after their bucket is sealed again', async () => {
    const before = await expectAllFirstCalls(PART);
    const late = [1, 2].map((ordinal) =>
      invocationRow({
        function: 'function-002',
        sandbox: 'e'.repeat(32),
        startMs: END - 2.5 * HOUR_MS + ordinal,
        ordinal,
      }),
    );
    await test.writer.insert(late, 'late');
    // The clock of the tests does not wait a minute for what else may come.
    const { database } = test.store;
    await test.store.command(
      `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
      SELECT slot, function, now() + 3600, 0 FROM ${database}.activity WHERE function = 'function-002'`,
    );
    expect((await planOf(test.store, PART.fromMs, PART.toMs)).dirty.length).toBeGreaterThan(0);
    expect(await expectAllFirstCalls(PART)).toBe(before + 1);
    await expectAllMachines(DAY);
    await expectAllMedians(DAY);
  });

  it('are read from the invocations where a bucket is sealed in an older form', async () => {
    const { database } = test.store;
    const hour = (END - 2 * HOUR_MS) / 1000;
    await test.store.command(
      `DELETE FROM ${database}.seals WHERE width = ${HOUR_SECONDS} AND bucket = toDateTime(${hour})`,
    );
    await test.store.command(
      `INSERT INTO ${database}.seals (width, bucket, sealed_at, form) SELECT ${HOUR_SECONDS}, toDateTime(${hour}), now(), ${STARTS_FORM - 1}`,
    );
    await test.store.command(
      `DELETE FROM ${database}.first_calls WHERE width = ${HOUR_SECONDS} AND bucket = toDateTime(${hour})`,
    );
    const plan = await planOf(test.store, DAY.fromMs, DAY.toMs);
    expect(plan.sealed.map(({ form }) => form)).toContain(STARTS_FORM - 1);
    await expectAllFirstCalls(DAY);
    await expectAllMachines(DAY);
    await expectAllMedians(DAY);
    // Sealing them again takes no row away and adds none.
    expect(await sealer().sealAll()).toBeGreaterThan(0);
    const again = await planOf(test.store, DAY.fromMs, DAY.toMs);
    expect(again.sealed.every(({ form }) => form >= STARTS_FORM)).toBe(true);
    await expectAllFirstCalls(DAY);
    await expectAllMachines(DAY);
    await expectAllMedians(DAY);
  });
});

describe('machines of sandboxes', () => {
  it.each([
    ['whole buckets', DAY],
    ['time that is not sealed yet', { fromMs: END - 2 * HOUR_MS, toMs: END + HOUR_MS }],
    ['one function', { ...DAY, function: 'function-003' }],
  ])('are those of the invocations: %s', async (_, scope) => {
    expect(await expectAllMachines(scope)).toBeGreaterThan(20);
  });
});

describe('warm calls', () => {
  it.each([
    ['whole buckets', DAY],
    ['time that is not sealed yet', { fromMs: END - 2 * HOUR_MS, toMs: END + HOUR_MS }],
    ['one function', { ...DAY, function: 'function-003' }],
  ])('are those of the invocations: %s', async (_, scope) => {
    expect(await expectAllMedians(scope)).toBeGreaterThan(0);
  });
});
