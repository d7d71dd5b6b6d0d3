import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Estimate, Sample } from '@sandscope/probes/outside';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../statistics/index.ts';
import { readArrivals } from './arrivals.ts';
import { writeCsv } from './csv.ts';
import { latencies, ratioOfPairs } from './figures.ts';
import { idleAttempts, isDisturbed } from './idle-time.ts';
import { counts, duration, readParameters, showDuration } from './parameters.ts';
import { EXPERIMENTS } from './registry.ts';
import { inferStarts, missingColumns } from './starts.ts';

function sample(index: number, ms: number, fields: Partial<Sample> = {}): Sample {
  const times = { scheduledMs: index, sentMs: index, endMs: index + ms };
  return { index, unit: 'u', role: 'call', outcome: 'ok', start: 'unknown', ...times, ...fields };
}

describe('all experiments', () => {
  it('are the eighteen of the field, each with a plan by its defaults', () => {
    expect(EXPERIMENTS).toHaveLength(18);
    expect(new Set(EXPERIMENTS.map(({ name }) => name)).size).toBe(18);
    for (const { name, plan, parameters } of EXPERIMENTS) {
      if (name === 'replay') continue;
      const make = () => plan(readParameters(parameters, []), { random: seededRandom(7), timeScale: 1 });
      const units = make();
      expect(units.length, name).toBeGreaterThan(0);
      expect(new Set(units.map(({ id }) => id)).size, name).toBe(units.length);
      // The same seed gives the same schedule, so that a run can be resumed.
      expect(make().map(({ id }) => id)).toEqual(units.map(({ id }) => id));
    }
  });

  it.each(EXPERIMENTS.map((one) => [one.name, one] as const))(
    '%s says so when nothing was measured',
    (_name, one) => {
      const parameters = readParameters(one.parameters, []);
      const context = {
        timeScale: 1,
        seed: 1,
        startedUnixMs: 0,
        prices: { name: 'none', currency: 'USD', perGbSecond: 0, perMillionRequests: 0, billedStepMs: 1 },
      };
      const failed = [sample(0, 5, { outcome: 'error', error: { code: 'timeout', message: 'timeout' } })];
      for (const samples of [[], failed]) {
        const summary = one.summarise(samples, parameters, context);
        expect(one.verdict(summary, parameters)).toMatch(/^[A-Z0-9].*\.$/);
        expect(one.verdict(summary, parameters)).not.toMatch(/NaN|Infinity|undefined/);
        expect(JSON.stringify(summary)).not.toContain('null');
        one.table(summary);
      }
    },
  );
});

describe('idle times', () => {
  const call = (start: Sample['start'], outsideMs: number, initMs?: number): Sample =>
    sample(0, 300 + outsideMs + (initMs ?? 0), {
      start,
      function: { durationMs: 300, ...(initMs !== undefined && { initMs }) },
    });

  it('are disturbed if calls are under way for long, whatever they do in the function', () => {
    const soon = [call('warm', 5), call('warm', 20)];
    expect(isDisturbed({ before: soon, after: soon }, 60_000, 100)).toBe(false);
    expect(isDisturbed({ before: soon, after: [call('warm', 600)] }, 60_000, 100)).toBe(true);
    expect(isDisturbed({ before: [call('warm', 600)], after: soon }, 60_000, 100)).toBe(true);
    // A small part of a long wait.
    expect(isDisturbed({ before: soon, after: [call('warm', 600)] }, 60_000, 1)).toBe(false);
    expect(isDisturbed({ before: soon, after: soon, lateMs: 600 }, 60_000, 100)).toBe(true);
  });

  it('are tried three times, or as often as fits into a minute', () => {
    expect(idleAttempts(1_800_000, 1)).toBe(3);
    expect(idleAttempts(1_200_000, 300)).toBe(15);
    expect(idleAttempts(1, 1)).toBe(20);
  });

  it('are not disturbed by the start of a sandbox, nor by what is not known', () => {
    const soon = [call('warm', 5)];
    expect(isDisturbed({ before: soon, after: [call('cold', 20, 400)] }, 60_000, 100)).toBe(false);
    // Only the fastest of several cold ones tells when they arrived.
    expect(
      isDisturbed({ before: soon, after: [call('cold', 20, 400), call('cold', 900, 400)] }, 60_000, 100),
    ).toBe(false);
    expect(isDisturbed({ before: [sample(0, 900)], after: [sample(1, 900)] }, 60_000, 100)).toBe(false);
  });
});

describe('parameters', () => {
  it('are read as they are written, and refused by name', () => {
    const set = { sizes: counts('sizes', [1]), wait: duration('a wait', 60_000) };
    expect(readParameters(set, [])).toEqual({ sizes: [1], wait: 60_000 });
    expect(readParameters(set, ['sizes=1,4..6', 'wait=1.5h'])).toEqual({
      sizes: [1, 4, 5, 6],
      wait: 5_400_000,
    });
    for (const bad of ['wait=soon', 'wait=5', 'sizes=0', 'sizes=9..1', 'size=1', 'sizes', '__proto__=1'])
      expect(() => readParameters(set, [bad]), bad).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    expect([90_000, 60_000, 250, 5_400_000].map(showDuration)).toEqual([
      '1.5 min',
      '1 min',
      '250 ms',
      '1.5 h',
    ]);
  });
});

describe('starts that nobody tells', () => {
  it('are concluded from latencies of two kinds, and said to be', () => {
    const samples = [10, 12, 11, 300, 9, 310, 13].map((ms, index) => sample(index, ms));
    const { samples: told, ground } = inferStarts(samples);
    expect(ground).toBe('latency');
    expect(told.map(({ start }) => start)).toEqual(['warm', 'warm', 'warm', 'cold', 'warm', 'cold', 'warm']);
    expect(told.every(({ startGround }) => startGround === 'latency')).toBe(true);
  });

  it('stay unknown where latencies are of one kind', () => {
    const random = seededRandom(3);
    const samples = Array.from({ length: 50 }, (_, index) =>
      sample(index, 20 * Math.exp(0.3 * random.normal())),
    );
    expect(inferStarts(samples)).toEqual({ samples });
    expect(missingColumns(samples).map(({ column }) => column)).toContain('start');
  });

  it('are left alone where some are told', () => {
    const samples = [sample(0, 10, { start: 'warm', startGround: 'answer' }), sample(1, 500)];
    expect(inferStarts(samples).samples[1]?.start).toBe('unknown');
  });
});

describe('hosts', () => {
  const context = {
    timeScale: 1,
    seed: 1,
    startedUnixMs: 0,
    prices: { name: 'none', currency: 'USD', perGbSecond: 0, perMillionRequests: 0, billedStepMs: 1 },
  };
  /** The summary of new sandboxes on the given hosts, in rounds of `width`. */
  function summaryOf(name: string, hosts: readonly number[], width: number): Record<string, unknown> {
    const { summarise, parameters } = EXPERIMENTS.find((one) => one.name === name)!;
    const samples = hosts.map((host, index) =>
      sample(index, 5, {
        unit: String(Math.floor(index / width)),
        role: 'steady',
        start: 'cold',
        sandboxId: `sandbox ${index}`,
        hostId: `host ${host}`,
      }),
    );
    return { ...summarise(samples, readParameters(parameters, []), context) };
  }
  const random = seededRandom(11);
  const byChance = (n: number, hosts: number): number[] =>
    Array.from({ length: n }, () => random.below(hosts));
  const inTurn = (n: number, hosts: number): number[] =>
    Array.from({ length: n }, (_, index) => index % hosts);

  it('are not spread if chance puts few sandboxes on many of them', () => {
    for (const [hosts, width, rounds] of [
      [20, 10, 1],
      [50, 10, 3],
      [100, 50, 3],
      [200, 50, 3],
    ] as const) {
      const policies = Array.from(
        { length: 8 },
        () => summaryOf('placement', byChance(width * rounds, hosts), width)['policy'],
      );
      expect(policies.filter((policy) => policy === 'spread').length, `${hosts} hosts`).toBeLessThan(2);
    }
    expect(summaryOf('placement', inTurn(150, 100), 50)['policy']).toBe('spread');
    expect(summaryOf('placement', inTurn(24, 4), 8)['policy']).toBe('spread');
    // All in one round on different hosts is what many hosts give in any case.
    expect(summaryOf('placement', inTurn(10, 20), 10)['policy']).toBe('unknown');
  });

  it('are not more than there are where placement is even', () => {
    for (const hosts of [4, 10, 30, 100])
      for (const share of [0.5, 1.1, 1.3, 1.5, 2, 3]) {
        const births = inTurn(Math.round(hosts * share), hosts);
        const { distinctHosts } = summaryOf('hopping', births, 1) as { distinctHosts: Estimate };
        expect(distinctHosts.low).toBe(Math.min(hosts, births.length));
        expect(distinctHosts.value ?? hosts, `${births.length} on ${hosts}`).toBeLessThanOrEqual(1.1 * hosts);
        expect(distinctHosts.high ?? hosts).toBeGreaterThanOrEqual(hosts);
      }
  });

  it('are estimated where placement is by chance and most sandboxes came to a host again', () => {
    const values = Array.from({ length: 20 }, () => {
      const { distinctHosts } = summaryOf('hopping', byChance(150, 100), 1) as { distinctHosts: Estimate };
      return distinctHosts.value;
    });
    const known = values.filter((value) => value !== undefined);
    expect(known.length).toBeGreaterThan(12);
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    expect(mean).toBeGreaterThan(85);
    expect(mean).toBeLessThan(115);
    // One sandbox on one host says nothing about other hosts.
    expect(summaryOf('hopping', [0], 1)['distinctHosts']).toEqual({ low: 1, n: 1 });
  });
});

describe('backoff', () => {
  const { summarise, verdict, parameters } = EXPERIMENTS.find(({ name }) => name === 'backoff')!;
  const set = readParameters(parameters, []);
  const context = {
    timeScale: 1,
    seed: 1,
    startedUnixMs: 0,
    prices: { name: 'none', currency: 'USD', perGbSecond: 0, perMillionRequests: 0, billedStepMs: 1 },
  };
  /** Each call by its idle time in minutes and whether it was cold; the first one, and that after an interruption. */
  const conclude = (
    calls: readonly (readonly [number, boolean])[],
    fields: Partial<Sample> = {},
    resumedAt = 0,
  ): string => {
    const samples = calls.map(([minutes, isCold], index) =>
      sample(index, 5, {
        role: minutes === 0 ? 'before' : 'after',
        ...(minutes > 0 && { idleBeforeMs: minutes * 60_000 }),
        ...(index > 0 && index !== resumedAt && { idleMeasuredMs: minutes * 60_000 + 2 }),
        start: isCold ? 'cold' : 'warm',
        ...fields,
      }),
    );
    return verdict(summarise(samples, set, context), set);
  };

  it('names the waits between which sandboxes go, as far as there are any', () => {
    const told = (...calls: [number, boolean][]): string => conclude(calls);
    expect(told([1, false], [5, false], [9, true])).toBe(
      'An idle sandbox is kept up to a limit between 5 min and 9 min.',
    );
    expect(told([1, false], [5, true], [9, false], [11, true])).toBe(
      'Idle sandboxes go gradually: none by 1 min, half of them by 5 min, all by 11 min.',
    );
    expect(told([1, true], [1, false], [5, true], [5, false])).toBe(
      'Idle sandboxes go gradually: some within 1 min, half of them by 1 min, not all by 5 min.',
    );
    expect(told([1, false], [5, true], [5, false], [5, false])).toBe(
      'Idle sandboxes go gradually: none by 1 min, not all by 5 min.',
    );
  });

  it('does not believe latencies that are long without an idle time as well', () => {
    const calls: [number, boolean][] = [
      [0, true],
      [1, false],
      [0, false],
      [5, true],
      [0, true],
      [9, true],
    ];
    expect(conclude(calls, { startGround: 'latency' })).toMatch(/^These data do not show.*slow as well\.$/);
    // After an interruption, the next call comes after an idle time of unknown length.
    expect(conclude(calls, { startGround: 'latency' }, 4)).toMatch(/^An idle sandbox is kept up to a limit/);
    expect(conclude(calls, { startGround: 'answer' })).toMatch(/^An idle sandbox is kept up to a limit/);
  });
});

describe('figures', () => {
  it('leave out what so few values do not tell', () => {
    expect(latencies([])).toEqual({
      n: 0,
      mean: { n: 0 },
      p50: { n: 0 },
      p90: { n: 0 },
      p95: { n: 0 },
      p99: { n: 0 },
      p999: { n: 0 },
    });
    expect(latencies([5, undefined]).mean).toEqual({ value: 5, n: 1 });
  });

  it('compare all pairs', () => {
    const { value, low, high } = ratioOfPairs([20, 22, 18, 21], [2, 2.1, 1.9, 2.2], 1);
    expect(value).toBeCloseTo(10, 0);
    expect(low).toBeLessThan(value!);
    expect(high).toBeGreaterThan(value!);
    expect(ratioOfPairs([], [1], 1)).toEqual({ n: 0 });
  });
});

it('writes CSV that no spreadsheet takes for formulas', () => {
  const [head, line] = writeCsv([sample(0, 1.23456, { sandboxId: '=cmd()', functionName: 'a,"b"' })]).split(
    '\r\n',
  );
  expect(head).toMatch(/^index,unit,role,outcome,reason,/);
  expect(line).toContain("'=cmd()");
  expect(line).toContain('"a,""b"""');
  expect(line).toContain('1.235');
});

describe('arrival traces', () => {
  function read(lines: readonly string[], minutes = 5) {
    const folder = mkdtempSync(join(tmpdir(), 'sandscope-trace-'));
    const file = join(folder, 'trace.csv');
    writeFileSync(file, lines.join('\r\n'));
    try {
      return readArrivals(file, minutes, 'equidistant', seededRandom(1));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it.each([
    ['of invitro', ['HashOwner,HashApp,HashFunction,Trigger,1,2,3', 'o,a,f,http,2,0,1', 'o,a,g,timer,,1,']],
    ['of one with a byte order mark', ['\uFEFFHashFunction,1,2,3', 'f,2,0,1', 'g,0,1,0']],
  ])('are read from counts %s', (_, lines) => {
    expect(read(lines)).toEqual([
      { atMs: 15_000, function: 'f' },
      { atMs: 45_000, function: 'f' },
      { atMs: 90_000, function: 'g' },
      { atMs: 150_000, function: 'f' },
    ]);
    expect(read(lines, 1)).toHaveLength(2);
  });

  it('are read from calls, of a collector and of Azure', () => {
    const wanted = [
      { atMs: 0, function: 'a' },
      { atMs: 1500, function: 'b' },
    ];
    const collector = ['tags,start,function', '"x,y",2026-01-01T00:00:01.5Z,b', ',2026-01-01T00:00:00Z,a'];
    expect(read(collector)).toEqual(wanted);
    const azure = ['app,func,end_timestamp,duration', 'x,b,12.5,1', 'x,a,10.25,0.25'];
    expect(read(azure)).toEqual(wanted);
  });

  it.each([
    ['start,function\n17,a', 'row 1 below the header of'],
    ['start,function\n2026-01-01T00:00:00Z,a\nsoon,a', 'row 2 below the header of'],
    ['HashFunction,1\nf,many', 'has "many" instead of a number of calls'],
    ['HashFunction,1\nf,-1', 'has "-1" instead of a number of calls'],
    ['func,end_timestamp,duration\na,,1', 'no readable time'],
    ['a,b\n1,2', 'has none of these sets of columns'],
  ])('are refused where they cannot be read: %j', (text, message) => {
    expect(() => read(text.split('\n'))).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(message) as string }),
    );
  });

  it('are refused where there are none', () => {
    for (const file of ['/nowhere/at.all', import.meta.filename])
      expect(() => readArrivals(file, 1, 'uniform', seededRandom(1))).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      );
  });
});
