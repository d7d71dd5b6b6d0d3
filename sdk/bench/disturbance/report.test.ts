import { expect, test } from 'vitest';

import { coldRatio } from './report.ts';

test('the upper bound of a ratio grows with the differences between rounds', () => {
  let state = 1;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const same = coldRatio([2, 2, 2, 2], [2, 2, 2, 2], random);
  expect(same).toEqual({ value: 1, upper: 1 });
  const bare = Array.from({ length: 40 }, (_, i) => 1 + (i % 2));
  const more = coldRatio(
    bare.map((cold) => cold + 1),
    bare,
    random,
  );
  expect(more.value).toBeCloseTo(100 / 60);
  expect(more.upper).toBeGreaterThan(more.value);
  expect(more.upper).toBeLessThan(1.9);
});
