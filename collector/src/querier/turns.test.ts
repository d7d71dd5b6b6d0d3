import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

describe('turns', () => {
  it('are given in order, as many at a time as are allowed', async () => {
    const turns = new Turns({ maxRunning: 1, maxWaiting: 2, maxWaitMillis: 10_000 });
    const first = await turns.take(never);
    const order: number[] = [];
    const others = [1, 2].map(async (number) => {
      const end = await turns.take(never);
      order.push(number);
      if (typeof end === 'function') end();
    });
    expect([turns.running, turns.waiting]).toEqual([1, 2]);
    expect(await turns.take(never)).toBe('too many wait');
    if (typeof first === 'function') first();
    await Promise.all(others);
    expect([order, turns.running, turns.waiting]).toEqual([[1, 2], 0, 0]);
  });

  it('are not waited for longer than allowed, nor by who has left', async () => {
    const turns = new Turns({ maxRunning: 1, maxWaiting: 2, maxWaitMillis: 20 });
    const end = await turns.take(never);
    expect(await turns.take(never)).toBe('waited too long');
    const leaving = new AbortController();
    const left = turns.take(leaving.signal);
    leaving.abort();
    expect([await left, turns.waiting]).toEqual(['left', 0]);
    if (typeof end !== 'function') throw new Error('there was a turn');
    end();
    end();
    expect(turns.running).toBe(0);
  });
});
