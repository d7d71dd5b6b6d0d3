import { expect, test } from 'vitest';
import { LateReadings } from './late-readings.ts';

test.runIf(process.platform === 'linux')('levels are read once a second and reported once', () => {
  let nowMs = 5000;
  const late = new LateReadings('', () => nowMs);
  expect(late.attributes()).toHaveProperty(['sandscope.tmp.used_bytes']);
  nowMs += 999;
  expect(late.attributes()).toEqual({});
  nowMs += 1;
  expect(late.attributes()).toHaveProperty(['sandscope.tmp.used_bytes']);
});
