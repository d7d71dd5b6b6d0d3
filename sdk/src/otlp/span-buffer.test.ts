import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SpanBuffer } from './span-buffer.ts';

describe('the buffer', () => {
  test('stays within its limits and counts every dropped span', () => {
    const step = fc.oneof(fc.nat(300), fc.constant('take'), fc.constant('put back'));
    const property = fc.property(fc.array(step), (steps) => {
      const buffer = new SpanBuffer(5, 600);
      let taken: string[] = [];
      let pushed = 0;
      for (const action of steps) {
        if (typeof action === 'number') {
          buffer.push('x'.repeat(action));
          pushed += 1;
        } else if (action === 'take') {
          buffer.putBack(taken);
          taken = buffer.takeAll();
        } else {
          buffer.putBack(taken);
          taken = [];
        }
        if (buffer.size > 5) return false;
      }
      return pushed === buffer.size + taken.length + buffer.dropped;
    });
    expect(fc.check(property)).toMatchObject({ failed: false });
  });

  test('drops the oldest first', () => {
    const buffer = new SpanBuffer(2, 1000);
    for (const span of ['1', '2', '3']) buffer.push(span);
    expect(buffer.takeAll()).toEqual(['2', '3']);
    buffer.push('4');
    buffer.putBack(['2', '3']);
    expect(buffer.takeAll()).toEqual(['3', '4']);
    expect(buffer.dropped).toBe(2);
  });
});
