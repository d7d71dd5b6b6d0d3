import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../policy-registry.ts';
import { startTestPlatform } from '../test-platform.ts';
import { parsePrewarm, startPrewarm } from './registry.ts';

/** Calls another function in its own trace, as AWS's client does. */
const CALL = `
export const handler = async ({ url }) => {
  const headers = { 'x-amzn-trace-id': process.env._X_AMZN_TRACE_ID };
  return url ? (await fetch(url, { method: 'POST', body: '{}', headers })).json() : process.pid;
};`;

const MINUTE = 60_000;

function start(spec: PolicySpec, scaled = (millis: number): number => millis) {
  return startPrewarm(parsePrewarm('prewarm', spec), { scaled, nowMillis: 0 })[0]!.rule;
}

describe('histogram', () => {
  it('has a sandbox ready shortly before calls with a regular interval, once it has seen enough of them', () => {
    const rule = start({ policy: 'histogram' });
    let now = 0;
    const callAfter = (idleMillis: number): void => {
      now += idleMillis;
      rule.called(now);
      rule.idle(now);
    };
    callAfter(0);
    for (let n = 0; n < 4; n += 1) callAfter(10.5 * MINUTE);
    expect(rule.nextMillis()).toBe(Infinity);
    callAfter(10.5 * MINUTE);
    // The bin from 10 to 11 min, with a margin of a tenth.
    expect(rule.nextMillis()).toBe(now + 9 * MINUTE);
    expect(rule.due(now + 9 * MINUTE - 1)).toEqual([]);
    expect(rule.due(now + 9 * MINUTE)).toEqual([{ details: { idleTimes: 5, headMillis: 10 * MINUTE } }]);
    expect(rule.nextMillis()).toBe(Infinity);
    callAfter(5 * MINUTE);
    rule.called(now + 1);
    expect(rule.nextMillis()).toBe(Infinity);
  });

  it('predicts nothing from evenly spread idle times, nor before a call that may come at once', () => {
    const any = start({ policy: 'histogram', leastIdleTimes: 240 });
    let now = 0;
    for (let bin = 0; bin < 240; bin += 1) {
      any.idle(now);
      now += (bin + 0.5) * MINUTE;
      any.called(now);
    }
    any.idle(now);
    expect(any.nextMillis()).toBe(Infinity);
    const often = start({ policy: 'histogram', leastIdleTimes: 1 });
    often.idle(0);
    often.called(1000);
    often.idle(1000);
    expect(often.nextMillis()).toBe(Infinity);
  });
});

describe('periodic', () => {
  it('keeps its intervals, in the platform’s time, and skips missed ones', () => {
    const rule = start({ policy: 'periodic', intervalMillis: 4 * MINUTE }, (millis) => millis / 60);
    expect(rule.nextMillis()).toBe(4000);
    expect(rule.due(4000)).toEqual([{ details: { intervalMillis: 4000 } }]);
    expect(rule.due(4000)).toEqual([]);
    expect(rule.due(17_000)).toHaveLength(1);
    expect(rule.nextMillis()).toBe(20_000);
  });
});

describe('successor', () => {
  it('learns which functions follow often enough, or has them declared', () => {
    const rule = start({ policy: 'successor', leastCalls: 2, leastRatio: 0.6 });
    const called = (...followers: string[]) => {
      rule.called(5);
      const orders = rule.due(5).map(({ function: name }) => name);
      for (const name of followers) rule.followedBy(name);
      return orders;
    };
    expect(called('b')).toEqual([]);
    expect(called('b', 'c')).toEqual([]);
    expect(called('b')).toEqual(['b']);
    expect(called()).toEqual(['b']);
    expect(rule.nextMillis()).toBe(Infinity);
    const declared = start({ policy: 'successor', functions: ['d'] });
    declared.called(1);
    expect(declared.due(1)).toEqual([{ function: 'd', details: {} }]);
  });
});

describe('prewarming', () => {
  it('starts the successor of a chain before it is called, and has sandboxes ready without a call', async () => {
    const platform = await startTestPlatform(
      { a: CALL, b: CALL },
      { prewarm: [{ policy: 'successor', leastCalls: 1 }] },
    );
    const url = `${platform.url}/2015-03-31/functions/b/invocations`;
    for (let n = 0; n < 2; n += 1) {
      expect((await platform.call('a', { url })).status).toBe(200);
      // The next call finds no sandbox of it.
      await platform.deploy({ function: 'b', old: 'kill' });
    }
    const ordered = await platform.eventsOf('prewarm');
    expect(ordered).toMatchObject([
      { function: 'b', by: 'a', policy: 'successor', outcome: 'started', details: { calls: 1, followed: 1 } },
    ]);
    const served = (await platform.eventsOf('invoke')).filter((one) => one.function === 'b');
    expect(served).toHaveLength(2);
    // Started before it was called, and there was no other.
    expect(served[1]!.sandbox).toBe(ordered[0]!.sandbox);
    const warmed = await startTestPlatform(
      { c: CALL },
      { prewarm: { policy: 'periodic', intervalMillis: 300 } },
    );
    await expect.poll(async () => (await warmed.eventsOf('prewarm')).length).toBeGreaterThan(1);
    await warmed.atRest();
    expect(warmed.status()).toMatchObject([{ function: 'c', state: 'frozen', invocations: 0 }]);
    expect((await warmed.eventsOf('prewarm')).slice(0, 2).map(({ outcome }) => outcome)).toEqual([
      'started',
      'ready',
    ]);
  });
});
