import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off.ts';
import { DeliveryLoop, TryLater } from './delivery-loop.ts';
import { retryAfterMillis } from './retry-after.ts';

describe('Retry-After', () => {
  const now = Date.parse('Fri, 31 Dec 1999 23:59:00 GMT');

  it.each([
    ['5', 5000],
    ['0', 0],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 59_000],
    ['Fri, 31 Dec 1999 23:00:00 GMT', 0],
    ['99999', 300_000],
    ['soon', 0],
    ['', 0],
    [null, 0],
    [undefined, 0],
  ])('%s means %i ms', (retryAfter, millis) => {
    expect(retryAfterMillis({ retryAfter }, now)).toBe(millis);
  });

  it('as a date is taken against the clock of who said it', () => {
    const headers = { retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Fri, 31 Dec 1999 23:59:50 GMT' };
    expect(retryAfterMillis(headers, 0)).toBe(9000);
  });
});

describe('backoff', () => {
  const waits = (random: number, count: number): number[] => {
    const backOff = new BackOff({ lastMillis: 1000, random: () => random });
    return Array.from({ length: count }, () => backOff.next());
  };

  it('draws each wait between 0 and a ceiling that doubles', () => {
    expect(waits(1, 6)).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(waits(0.25, 3)).toEqual([25, 50, 100]);
    expect(waits(0, 3)).toEqual([0, 0, 0]);
  });

  it('waits at least as long as was asked for, and not all at the same moment', () => {
    const backOff = new BackOff({ random: () => 0.5 });
    expect(backOff.next(2000)).toBe(2050);
    expect(backOff.next(2000)).toBe(2100);
  });

  it('begins again after a success', () => {
    const backOff = new BackOff({ random: () => 1 });
    for (let index = 0; index < 5; index++) backOff.next();
    backOff.reset();
    expect(backOff.next()).toBe(100);
  });
});

describe('the delivery loop', () => {
  it('goes on until there is nothing, and again at a ring', async () => {
    let left = 3;
    let steps = 0;
    const step = async (): Promise<boolean> => {
      steps++;
      return left-- > 0;
    };
    const loop = new DeliveryLoop({ step, target: 'the store', warn: () => undefined });
    loop.start();
    await expect.poll(() => steps).toBe(4);
    left = 1;
    loop.ring();
    await expect.poll(() => steps).toBe(6);
    await loop.stop();
  });

  it('tries again after a failure, says so once, and counts', async () => {
    const warnings: string[] = [];
    let failures = 3;
    let isDone = false;
    const loop: DeliveryLoop = new DeliveryLoop({
      step: async () => {
        if (failures-- > 0) throw new TryLater('it is busy', 1);
        loop.succeeded();
        isDone = true;
        return false;
      },
      target: 'jaeger',
      warn: (message) => warnings.push(message),
      maxBackOffMillis: 5,
    });
    loop.start();
    await expect.poll(() => isDone).toBe(true);
    expect(loop.status()).toEqual({ retries: 3 });
    expect(warnings).toEqual(['jaeger does not accept spans, retrying: it is busy']);
    await loop.stop();
  });

  it('stops in the middle of a long wait', async () => {
    const step = (): Promise<boolean> => Promise.reject(new TryLater('go away', 600_000));
    const loop = new DeliveryLoop({ step, target: 'jaeger', warn: () => undefined });
    loop.start();
    await expect.poll(() => loop.status().retries).toBe(1);
    await loop.stop(); // the wait is far longer than a test may take
  });
});
