import { describe, expect, it } from 'vitest';
import { BackOff, retryAfterMillis } from './index.ts';

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
