import { describe, expect, test } from 'vitest';
import { BackOff, parseRetryAfter } from './back-off.ts';

describe('back-off', () => {
  test('grows while the collector is unreachable and with the cost of an attempt, and ends with an answer', () => {
    let now = 0;
    const backOff = new BackOff(() => now);
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      backOff.failed(1);
      waits.push(backOff.waitMs);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    backOff.failed(2000);
    expect(backOff.waitMs).toBe(20_000);
    backOff.failed(1, 900_000);
    expect(backOff.waitMs).toBe(30_000);
    now = 30_001;
    expect(backOff.waitMs).toBe(0);
    backOff.succeeded();
    backOff.failed(1);
    expect(backOff.waitMs).toBe(250);
  });

  test('Retry-After', () => {
    expect(parseRetryAfter('3')).toBe(3000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 400_000)).toBeUndefined();
    expect(parseRetryAfter('later')).toBeUndefined();
    expect(parseRetryAfter(undefined)).toBeUndefined();
  });
});
