import { expect, test } from 'vitest';
import { randomHex } from './random-id.ts';

test('ids come from the kernel and do not repeat', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => randomHex(8)));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});
