import { expect, test, vi } from 'vitest';
import { failureCount, guarded } from './report.ts';

test('a failure of ours is counted each time and told once', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const before = failureCount();
  for (let i = 0; i < 3; i += 1) {
    const result = guarded('a step', () => {
      throw new Error('broken');
    });
    expect(result).toBeUndefined();
  }
  expect(failureCount()).toBe(before + 3);
  expect(write.mock.calls).toEqual([['sandscope: a step failed and is left out: broken\n']]);
  write.mockRestore();
});
