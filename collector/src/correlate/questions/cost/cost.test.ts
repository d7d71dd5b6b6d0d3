import { ATTR_TMP_TOTAL_BYTES, SCOPE_IMPORT } from '@sandscope/probes/semconv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakEvenPerHour } from '../../../prices/index.ts';
import { seededRandom } from '../../../statistics/index.ts';
import type { TraceRow } from '../../../store/index.ts';
import { invocationRow, spanRow } from '../../../store/test-rows.ts';
import { ReportJoiner } from '../../reports/index.ts';
import { askAbout } from '../test-question.ts';
import type { AskedApi } from '../test-question.ts';
import { SEBS_TABLE_6 } from './test-sebs-table.ts';

describe('break-even with a machine', () => {
  test.each(SEBS_TABLE_6)('of %d $ a million is at %d requests an hour', (perMillion, requests) => {
    expect(Math.abs(breakEvenPerHour(0.0116, perMillion) / requests - 1)).toBeLessThan(0.0025);
  });
});

const T = Date.UTC(2026, 10, 23, 12);
const MB = 2 ** 20;
const random = seededRandom(7);

interface Call {
  readonly durationMs: number;
  readonly initMs?: number;
}

function rows(
  name: string,
  memoryMb: number,
  calls: readonly Call[],
  more: Record<string, string | number> = {},
) {
  return calls.map(({ durationMs, initMs }, at) =>
    invocationRow({
      function: name,
      sandbox: `${name.padEnd(31, '0')}${at % 5}`,
      ordinal: 1 + Math.floor(at / 5),
      cold: initMs !== undefined,
      startMs: T + at * 30_000,
      durationMs,
      attributes: {
        'faas.max_memory': memoryMb * MB,
        'cloud.platform': 'aws_lambda',
        'host.arch': 'amd64',
        'faas.invocation_id': `${name}-${at}`,
        'sandscope.cpu.user_ms': durationMs / 4,
        'sandscope.cpu.system_ms': 0,
        'sandscope.memory.peak_rss_bytes': (memoryMb / 4) * MB,
        'sandscope.network.tx_bytes': 2048,
        'sandscope.overhead_us': 200,
        ...(initMs !== undefined && { 'sandscope.init.duration_ms': initMs }),
        ...more,
      },
    }),
  );
}

/** What an import reads from the log of the same calls: handler plus 2 ms, initialisation billed. */
function reports(name: string, calls: readonly Call[]) {
  return calls.map(({ durationMs, initMs = 0 }, at) =>
    Object.assign(
      spanRow({
        name,
        kind: 'Server',
        startMs: T + at * 30_000,
        durationMs: durationMs + 2,
        resource: {
          'service.name': name,
          'faas.name': name,
          'faas.instance': `log/${at % 5}`,
          'sandscope.import.name': 'log',
          'sandscope.import.format': 'cloudwatch',
        },
        attributes: {
          'faas.invocation_id': `${name}-${at}`,
          'sandscope.sandbox.id': `import-${at % 5}`.padEnd(32, '0'),
          'faas.coldstart': initMs > 0,
          'sandscope.billed.duration_ms': Math.ceil(durationMs + 2 + initMs),
          ...(initMs > 0 && { 'sandscope.init.duration_ms': initMs }),
        },
      }),
      { ScopeName: SCOPE_IMPORT },
    ),
  );
}

const calls: readonly Call[] = Array.from({ length: 200 }, (_, at) => ({
  durationMs: 20 + 30 * random.uniform(),
  ...(at < 5 && { initMs: 300 + at }),
}));

/** Sandboxes whose temp directory has a file system of this size, as their spans tell from the second call on. */
const withTemp = (all: readonly TraceRow[], mb: number): TraceRow[] =>
  all.map((row, at) => {
    const told = { ...row.ResourceAttributes, [ATTR_TMP_TOTAL_BYTES]: String(mb * MB) };
    return Object.assign({}, row, { ResourceAttributes: at < 5 ? row.ResourceAttributes : told });
  });

interface Answer {
  functions: {
    function: string;
    n: number;
    memoryMb: number;
    callsPerMonth: number;
    billedMs: { value: number; low: number; high: number };
    perMillion?: {
      total: { value: number; low: number; high: number };
      requests: number;
      time: number;
      storage?: number;
    };
    perMonth?: { value: number };
    efficiency: { time: number; cpu: number; memory: number };
    egressGbPerMillion: number;
    telemetry: { beforeResponseMs: number; share: number };
    breakEven: { machine: string; requestsPerHour: number; share: number }[];
    reconciliation?: { both: number; beyondHandlerMs: number };
    plan?: { name: string; unverified: string[] };
    basis: { enough: boolean; missing: string[] };
  }[];
}

let api: AskedApi;
const RANGE = 'from=2026-11-23T12:00:00Z&to=2026-11-23T14:00:00Z';
const of = async (name: string, more = ''): Promise<Answer['functions'][number]> =>
  (await api.ask<Answer>(`cost?${RANGE}${more}`)).functions.find((found) => found.function === name)!;

beforeAll(async () => {
  api = await askAbout([
    ...rows('paid', 512, calls),
    ...rows('seldom', 512, calls.slice(0, 10)),
    ...Array.from({ length: 40 }, (_, at) =>
      invocationRow({
        function: 'later',
        sandbox: `later${at % 4}`.padEnd(32, '0'),
        ordinal: 1 + Math.floor(at / 4),
        startMs: T + 3_600_000 + at * 1000,
        attributes: { 'faas.max_memory': (at < 20 ? 512 : 1024) * MB },
      }),
    ),
    ...[526, 2_100, 100_000].flatMap((mb) => withTemp(rows(`temp-${mb}`, 512, calls), mb)),
    ...rows('elsewhere', 512, calls, { 'cloud.platform': 'fission' }),
    ...rows('billed', 512, calls),
    ...reports('billed', calls),
  ]);
  await new ReportJoiner({ store: api.store, warn: (message) => expect.fail(message) }).joinAll();
}, 60_000);
afterAll(() => api.close());

describe('cost', () => {
  test('is the sum of calls that are each rounded up', async () => {
    const found = await of('paid');
    const billed = calls.map(({ durationMs, initMs = 0 }) => Math.ceil(durationMs + initMs));
    const mean = billed.reduce((sum, ms) => sum + ms, 0) / billed.length;
    expect(found.billedMs.value).toBeCloseTo(mean, 6);
    const time = (mean / 1000) * 1e6 * 0.5 * 0.000_016_666_7;
    expect(found.perMillion!.time).toBeCloseTo(time, 8);
    expect(found.perMillion!.total.value).toBeCloseTo(time + 0.2, 8);
    expect(found.perMillion!.total.low).toBeLessThan(time + 0.2);
    expect(found.perMillion!.total.high).toBeGreaterThan(time + 0.2);
    // 200 calls in two hours.
    expect(found.callsPerMonth).toBeCloseTo(72_000, 6);
    expect(found.perMonth!.value).toBeCloseTo((time + 0.2) * 0.072, 8);
    expect(found.plan?.name).toBe('aws-lambda-x86-2025');
    expect(found.plan?.unverified.length).toBeGreaterThan(0);
  });

  test('a month does not count the time before the first call', async () => {
    const day = 'from=2026-11-22T14:00:00Z&to=2026-11-23T14:00:00Z';
    const { functions } = await api.ask<Answer>(`cost?${day}&function=paid`);
    expect(functions[0]!.callsPerMonth).toBeCloseTo(72_000, 6);
  });

  test('a month begins with the first call of the function itself, whatever else is asked about', async () => {
    const all = await api.ask<Answer>(`cost?${RANGE}`);
    const own = await api.ask<Answer>(`cost?${RANGE}&function=later`);
    const monthsOf = ({ functions }: Answer): number[] =>
      functions.filter((one) => one.function === 'later').map(({ callsPerMonth }) => callsPerMonth);
    // At each of two memory sizes 20 calls in an hour.
    expect(monthsOf(own).map(Math.round)).toEqual([14_400, 14_400]);
    expect(monthsOf(all)).toEqual(monthsOf(own));
  });

  test('tells what was of use', async () => {
    const { efficiency, egressGbPerMillion, telemetry } = await of('paid');
    expect(efficiency.time).toBeGreaterThan(0.7);
    expect(efficiency.time).toBeLessThan(1);
    expect(efficiency.cpu).toBeCloseTo((efficiency.time * 0.25) / (512 / 1769), 6);
    expect(efficiency.memory).toBeCloseTo(efficiency.time / 4, 3);
    expect(egressGbPerMillion).toBeCloseTo((2048 / 2 ** 30) * 1e6, 6);
    expect(telemetry.beforeResponseMs).toBeCloseTo(0.2, 9);
  });

  test('is by a plan that is asked for, and by its rounding', async () => {
    const found = await of('paid', '&plan=aws-lambda-x86-2020');
    expect(found.billedMs.value).toBe(100);
    expect(found.perMillion!.total.value).toBeCloseTo(0.1 * 0.5 * 16.6667 + 0.2, 8);
    expect(await api.get(`cost?${RANGE}&plan=gift`)).toMatchObject({ status: 400 });
  });

  test('includes temporary storage beyond what is included, by the size of its file system', async () => {
    const paid = await of('paid');
    expect(paid.perMillion).not.toHaveProperty('storage');
    expect(paid.basis.missing.join()).toMatch(/temporary storage: the 512 MB that are included are assumed/);
    // A file system that is a little larger than what is included.
    const included = await of('temp-526');
    expect(included.perMillion).toMatchObject({ storage: 0, total: { value: paid.perMillion!.total.value } });
    expect(included.basis.missing.join()).not.toMatch(/temporary storage/);
    const more = await of('temp-2100');
    const storage = (more.billedMs.value / 1000) * 1e6 * ((2_100 - 512) / 1024) * 0.000_000_030_9;
    expect(more.perMillion!.storage).toBeCloseTo(storage, 9);
    expect(more.perMillion!.total.value).toBeCloseTo(paid.perMillion!.total.value + storage, 9);
    const { low, high, value } = more.perMillion!.total;
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    // No function can order as much: it is the disk of an emulator.
    const emulated = await of('temp-100000');
    expect(emulated.perMillion).toEqual(paid.perMillion);
    expect(emulated.basis.missing).toEqual(paid.basis.missing);
  });

  test('is compared with machines', async () => {
    const found = await of('paid');
    const t2 = found.breakEven.find(({ machine }) => machine === 'ec2-t2-micro-2020')!;
    expect(t2.requestsPerHour).toBeCloseTo((0.0116 / found.perMillion!.total.value) * 1e6, 6);
    expect(t2.share).toBeCloseTo(100 / t2.requestsPerHour, 9);
  });

  test('is not told where there is no plan, and of little only with a warning', async () => {
    const elsewhere = await of('elsewhere');
    expect(elsewhere.perMillion).toBeUndefined();
    expect(elsewhere.basis.missing).toContain('a price plan for this platform');
    const seldom = await of('seldom');
    expect(seldom.basis.enough).toBe(false);
    expect(seldom.basis.missing[0]).toBe('not enough data yet (10 of 30 calls)');
  });

  test("is reconciled with the platform's own records, and no call counts twice", async () => {
    const { reconciliation, callsPerMonth, n } = await of('billed');
    expect(n).toBe(200);
    expect(callsPerMonth).toBeCloseTo(72_000, 6);
    expect(reconciliation).toMatchObject({ both: 200, withoutReport: 0, withoutSpan: 0, billedOtherwise: 0 });
    // Five of them are cold, with billed initialisation.
    const init = (300 + 301 + 302 + 303 + 304) / 200;
    expect(Math.abs(reconciliation!.beyondHandlerMs - init - 2.5)).toBeLessThan(0.1);
  });
});
