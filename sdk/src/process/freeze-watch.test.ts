import { describe, expect, test } from 'vitest';
import { FreezeWatch } from './freeze-watch.ts';

describe('the freeze watch', () => {
  const watch = (): { freeze: FreezeWatch; time: { nowMs: number; cpuMs: number } } => {
    const time = { nowMs: 0, cpuMs: 0 };
    return { time, freeze: new FreezeWatch({ nowMs: () => time.nowMs, cpuMs: () => time.cpuMs }) };
  };

  test('a late timer without CPU use counts as a freeze', () => {
    const { freeze, time } = watch();
    freeze.start();
    time.nowMs = 60_000;
    expect(freeze.stop()).toBe(59_990);
  });

  test('a late timer with CPU use counts as work, and a small delay as scheduling', () => {
    const { freeze, time } = watch();
    freeze.start();
    time.nowMs = 5000;
    time.cpuMs = 4900;
    expect(freeze.stop()).toBe(0);
    freeze.start();
    time.nowMs += 55;
    expect(freeze.stop()).toBe(0);
  });

  test('reports nothing for a time that was not watched', () => {
    const { freeze } = watch();
    expect(freeze.stop()).toBeUndefined();
  });
});
