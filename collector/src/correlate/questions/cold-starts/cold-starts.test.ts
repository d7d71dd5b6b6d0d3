import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invocationRow, shutdownRow, spanRow } from '../../../store/test-rows.ts';
import type { TraceRow } from '../../../store/index.ts';
import { askAbout } from '../test-question.ts';
import type { AskedApi } from '../test-question.ts';
import type { FunctionColdStarts } from './schema.ts';
import type { Static } from '@fastify/type-provider-typebox';

type Answer = Static<typeof FunctionColdStarts>;

interface Json {
  readonly function: string;
  readonly coldStart?: object;
}

const DAY = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
let api: AskedApi;

/** A call of 20 ms, 30 cold; its caller waits 5 ms more, 40 when it is cold. */
function call(
  sandbox: string,
  ordinal: number,
  startMs: number,
  more: Record<string, string | number> = {},
): TraceRow[] {
  const cold = ordinal === 1;
  const initMs = 200;
  const durationMs = cold ? 30 : 20;
  const waitMs = cold ? initMs + 45 : 5;
  const client = spanRow({
    name: 'call',
    kind: 'Client',
    startMs: startMs - waitMs,
    durationMs: durationMs + waitMs,
    resource: { 'service.name': 'client' },
    attributes: { sandbox, ordinal },
  });
  const row = invocationRow({
    function: 'f',
    sandbox: sandbox.padEnd(32, '0'),
    ordinal,
    startMs,
    durationMs,
    attributes: {
      'cloud.platform': 'aws_lambda',
      'host.arch': 'amd64',
      'host.cpu.model.name': sandbox < 's1' ? 'Slow' : 'Fast',
      'faas.max_memory': 512 * 2 ** 20,
      ...(cold && {
        'sandscope.init.duration_ms': initMs,
        'sandscope.init.runtime_ms': 120,
        'sandscope.init.module_ms': 70,
      }),
      ...more,
    },
  });
  return [client, { ...row, TraceId: client.TraceId, ParentSpanId: client.SpanId }];
}

/**
 * No call waits here: ten sandboxes were provisioned, five were initialised ahead of a call, and four others were never
 * used.
 */
function ahead(): TraceRow[] {
  const told = { 'cloud.platform': 'aws_lambda', 'host.arch': 'amd64', 'sandscope.init.duration_ms': 400 };
  const start = (index: number, initType: string): TraceRow =>
    invocationRow({
      function: 'ahead',
      sandbox: `a${index}`.padEnd(32, 'a'),
      ordinal: 1,
      cold: false,
      startMs: DAY + index * MINUTE,
      attributes: { ...told, 'sandscope.init.type': initType, 'cloud.region': 'here' },
    });
  const end = (index: number): TraceRow =>
    spanRow({
      name: 'sandscope.shutdown',
      startMs: DAY + index * MINUTE,
      resource: {
        'service.name': 'ahead',
        'faas.name': 'ahead',
        'faas.max_memory': 2 ** 30,
        'cloud.region': index % 2 === 0 ? 'here' : 'there',
      },
      attributes: {
        ...told,
        'sandscope.sandbox.id': `u${index}`.padEnd(32, '0'),
        'sandscope.shutdown.last_ordinal': 0,
      },
    });
  return [
    ...Array.from({ length: 15 }, (_, index) => start(index, index < 10 ? 'provisioned' : 'proactive')),
    ...[0, 1, 2, 3].map(end),
  ];
}

beforeAll(async () => {
  const rows: TraceRow[] = [];
  // Every 40 minutes a sandbox is started, used for four minutes, and evicted.
  for (let index = 0; index < 24; index += 1) {
    const at = DAY + index * 40 * MINUTE;
    for (const ordinal of [1, 2, 3, 4, 5])
      rows.push(...call(`s${String(index).padStart(2, '0')}`, ordinal, at + (ordinal - 1) * MINUTE));
  }
  // Then the process of the last one is restarted.
  rows.push(
    ...call('s23', 1, DAY + (23 * 40 + 6) * MINUTE, {
      'sandscope.init.type': 'reinit',
      'sandscope.process.start_ticks': 2000,
    }),
    shutdownRow({ function: 'f', sandbox: 'e'.repeat(32), atMs: DAY, lastOrdinal: 0 }),
    invocationRow({ function: 'g', sandbox: '9'.repeat(32), ordinal: 1, startMs: DAY }),
    ...[1, 2].map((ordinal) =>
      invocationRow({
        function: 'later',
        sandbox: '8'.repeat(32),
        ordinal,
        startMs: DAY + (720 + ordinal) * MINUTE,
        attributes: { ...(ordinal === 1 && { 'sandscope.init.duration_ms': 100 }) },
      }),
    ),
    ...ahead(),
    ...[0, 1].map((index) =>
      spanRow({
        kind: 'Server',
        name: 'plain',
        startMs: DAY + index * MINUTE,
        resource: { 'service.name': 'plain', 'faas.name': 'plain' },
        attributes: { 'faas.coldstart': index === 0 },
      }),
    ),
  );
  // Plain spans, of sandboxes that a failing call takes along, and of sandboxes that survive it.
  for (const [name, survives] of [
    ['dies', false],
    ['survives', true],
  ] as const)
    for (let index = 0; index < 160; index += 1)
      rows.push(
        spanRow({
          kind: 'Server',
          name,
          startMs: DAY + 10_000 * index,
          durationMs: index % 8 === 7 ? 3_000 + (index % 5) : 50,
          resource: { 'service.name': name, 'faas.name': name },
          attributes: {
            'faas.coldstart': survives ? index === 0 : index % 8 === 0,
            'faas.instance': survives ? name : `${name} ${Math.floor(index / 8)}`,
          },
          ...(index % 8 === 7 && { status: 'Error' }),
        }),
      );
  api = await askAbout(rows);
}, 60_000);
afterAll(() => api.close());

const RANGE = 'from=2026-11-23T12:00:00Z&to=2026-11-24T12:00:00Z';
const ask = async (query = ''): Promise<Answer[]> =>
  (await api.ask<{ functions: Answer[] }>(`cold-starts?${RANGE}${query}`)).functions;

describe('cold starts', () => {
  test('are counted, with an interval over stretches of time', async () => {
    const [f] = await ask('&function=f&buckets=4');
    expect(f).toMatchObject({
      function: 'f',
      invocations: 121,
      coldStarts: 25,
      rate: { value: 25 / 121, n: 121 },
    });
    expect(f!.rate.blocks).toBeGreaterThan(10);
    expect(f!.rate.low).toBeLessThan(25 / 121);
    expect(f!.buckets.reduce((sum, { coldStarts }) => sum + coldStarts, 0)).toBe(25);
  });

  test('cost what their caller waited, by phase', async () => {
    const [f] = await ask('&function=f');
    const { platformMs, runtimeMs, moduleMs, initMs, firstCallMs, totalMs } = f!.phases;
    expect([platformMs.value, runtimeMs.value, moduleMs.value, initMs.value, firstCallMs.value]).toEqual([
      expect.closeTo(40, 3),
      120,
      70,
      200,
      expect.closeTo(10, 3),
    ]);
    expect(totalMs).toMatchObject({ value: expect.closeTo(250, 3) as number, n: 25 });
    const models = f!.groups.filter(({ by }) => by === 'cpu-model');
    expect(models.map(({ value, coldStarts }) => [value, coldStarts])).toEqual([
      ['Fast', 15],
      ['Slow', 10],
    ]);
  });

  test('cost the same wherever a cost is told: list, summary and phases', async () => {
    const [f] = await ask('&function=f');
    const list = (await api.ask<{ functions: Json[] }>(`functions?${RANGE}`)).functions;
    const one = await api.ask<Json>(`functions/f?${RANGE}`);
    for (const coldStart of [list.find((summary) => summary.function === 'f')!.coldStart, one.coldStart]) {
      expect(coldStart).toMatchObject({
        platformMs: f!.phases.platformMs.value,
        initMs: { p50: f!.phases.initMs.value, n: 25 },
        firstCallPenaltyMs: expect.closeTo(10, 3) as number,
        costMs: f!.phases.totalMs.value,
      });
    }
    expect(list.find((summary) => summary.function === 'g')).not.toHaveProperty('coldStart');
  });

  test('have causes, each with its time and money a month', async () => {
    const [f] = await ask('&function=f');
    const by = new Map(f!.ledger.map((entry) => [entry.cause, entry]));
    expect(by.get('first')!.coldStarts).toBeCloseTo(1, 5);
    expect(by.get('restart')!.named).toBe(1);
    expect(by.get('idle')!.coldStarts).toBeGreaterThan(21);
    expect(by.get('idle')!.idleMs! / MINUTE).toBeCloseTo(36, 0);
    expect(f!.mainCause).toBe('idle');
    const { value = 0 } = by.get('idle')!.msAMonth;
    // 23 a day, 250 ms each.
    expect(value / (23 * 30 * 250)).toBeGreaterThan(0.9);
    expect(value / (23 * 30 * 250)).toBeLessThan(1.1);
    const perStart = (0.5 * 0.000_016_666_7 * (230 - 20)) / 1000;
    expect(by.get('restart')!.moneyAMonth!.value! / (30 * perStart)).toBeCloseTo(1, 1);
    expect(f!.plan).toMatchObject({ name: 'aws-lambda-x86-2025', verified: false });
    expect(f!.proactive).toMatchObject({ used: 0, unused: 1, unusedMs: { n: 0 } });
  });

  test('cost the same in a month whatever other functions are asked about', async () => {
    const all = await ask('');
    const later = all.find((one) => one.function === 'later')!;
    // One in half a day.
    expect(later.ledger.reduce((sum, { msAMonth }) => sum + msAMonth.value!, 0)).toBeCloseTo(60 * 100, -3);
    for (const { function: name, ledger, proactive } of all) {
      const [own] = await ask(`&function=${name}`);
      expect(ledger.map(({ msAMonth }) => msAMonth)).toEqual(own!.ledger.map(({ msAMonth }) => msAMonth));
      expect(proactive).toEqual(own!.proactive);
    }
  });

  test('have an interval of what they cost in a month, whatever its cause', async () => {
    const [f] = await ask('&function=f');
    for (const { msAMonth, moneyAMonth } of f!.ledger)
      for (const { value = NaN, low = NaN, high = NaN } of [msAMonth, moneyAMonth!]) {
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThan(value);
      }
  });

  test('that nobody waited for are priced by the plan of the function, which has no cold start', async () => {
    const [own] = await ask('&function=ahead');
    expect(own).toMatchObject({ coldStarts: 0, plan: { name: 'aws-lambda-x86-2025' } });
    expect(own!.missing.map(({ what }) => what).join()).not.toMatch(/price plan/);
    const { used, unused, unusedMs, unusedMsAMonth, unusedMoneyAMonth } = own!.proactive;
    expect({ used, unused, unusedMs }).toEqual({
      used: 15,
      unused: 4,
      unusedMs: { value: 400, low: 400, high: 400, n: 4 },
    });
    // Four within the day after the first call of this function.
    expect(unusedMsAMonth).toMatchObject({ value: expect.closeTo(30 * 4 * 400, -2) as number, n: 4 });
    expect(unusedMoneyAMonth!.value).toBeCloseTo(30 * 4 * 0.4 * 0.000_016_666_7, 6);
    expect(unusedMoneyAMonth!.low).toBeLessThan(unusedMoneyAMonth!.value! / 2);
    const [here] = await ask('&function=ahead&region=here');
    expect(here!.proactive).toMatchObject({ used: 15, unused: 2 });
  });

  test('name a failed call as their cause, although plain spans do not tell how it failed', async () => {
    const [dies] = await ask('&function=dies');
    expect(dies!.ledger.map(({ cause, named }) => [cause, named])).toContainEqual(['time-out', 19]);
    const [survives] = await ask('&function=survives');
    expect(survives!.ledger.map(({ cause }) => cause)).toEqual(['first']);
    const { evictions } = await api.ask<{ evictions: { cause: string; ground: string }[] }>(
      `evictions?${RANGE}&function=dies`,
    );
    expect(evictions.filter(({ cause }) => cause === 'time-out').length).toBeGreaterThanOrEqual(19);
  });

  test('say that no cause can be known where no call tells its sandbox', async () => {
    const [plain] = await ask('&function=plain');
    expect(plain).toMatchObject({ coldStarts: 1, ledger: [{ cause: 'unknown', named: 0 }] });
    expect(plain!.missing.map(({ what }) => what).join()).toMatch(/the causes of cold starts are unknown/);
  });

  test('say what is missing', async () => {
    const [g] = await ask('&function=g');
    const lacking = g!.missing.map(({ what }) => what).join('; ');
    expect(lacking).toMatch(/a price plan for the platform/);
    expect(lacking).toMatch(/cold starts that report their initialisation/);
    expect(g!.plan).toBeUndefined();
    const [f] = await ask('&function=f');
    expect(f!.missing.map(({ what }) => what)).toEqual([expect.stringContaining('days of judged starts')]);
  });

  test('are reckoned by the plan that is named', async () => {
    const [f] = await ask('&function=f&plan=aws-lambda-x86-2020');
    expect(f!.plan).toMatchObject({ name: 'aws-lambda-x86-2020', verified: true });
    expect(await api.get(`cold-starts?${RANGE}&plan=none`)).toMatchObject({
      status: 400,
      body: { code: 'ERR_BAD_PARAMETER' },
    });
  });
});
