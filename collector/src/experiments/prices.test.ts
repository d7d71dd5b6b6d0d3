import { expect, it } from 'vitest';
import { breakEvenPerHour } from '../prices/index.ts';
import { billedMs, callPrice, durationPrice, PRICE_PLANS } from './prices.ts';

// Copik et al., SeBS, Middleware 2021, table 6: a t2.micro at 0.0116 $ per hour against functions, cost of a million
// calls.
const MACHINE_PER_HOUR = 0.0116;
it.each([
  ['eco', [3.54, 2.29, 3.75, 32.1, 15.8, 2.08], [3275, 5062, 3093, 362, 733, 5568]],
  ['perf', [6.67, 3.34, 10, 50, 19.58, 2.5], [1740, 3480, 1160, 232, 592, 4640]],
])('breaks even where SeBS does, %s', (_name, costs, wanted) => {
  for (const [index, cost] of costs.entries()) {
    const found = breakEvenPerHour(MACHINE_PER_HOUR, cost);
    // Their costs are rounded to two decimals.
    expect(Math.abs(found / wanted[index]! - 1)).toBeLessThan(0.0025);
  }
});

it('bills by the steps of a plan, and the request besides', () => {
  const { 'aws-lambda-2020': then, 'aws-lambda-x86-2025': today, none } = PRICE_PLANS;
  expect([billedMs(then!, 1), billedMs(then!, 100), billedMs(then!, 100.2)]).toEqual([100, 100, 200]);
  expect(billedMs(today!, 100.2)).toBe(101);
  expect(durationPrice(today!, 1000, 1024)).toBeCloseTo(0.0000166667, 12);
  // At 128 MB the request fee equals 96 ms.
  expect(durationPrice(today!, 96, 128)).toBeCloseTo(0.2e-6, 9);
  expect(callPrice(today!, 96, 128)).toBeCloseTo(0.4e-6, 9);
  expect(callPrice(none!, 1000, 1024)).toBe(0);
});
