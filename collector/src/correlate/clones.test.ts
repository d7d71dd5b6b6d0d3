import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitClones } from './clones.ts';
import { summarise } from './evidence/index.ts';
import { use, ORIGIN_MS } from './judge/test-uses.ts';
import { judge } from './judge/index.ts';
import { invocation, livesOf } from './test-lives.ts';

it('every invocation in the window belongs to one clone, whatever the window', () => {
  const clones = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(clones, fc.integer({ min: 0, max: 6 }), (sizes, begun) => {
      const calls = sizes.flatMap((size, clone) =>
        Array.from({ length: size }, (_, index) => ({
          ordinal: index + 1,
          seconds: 10 * index + clone / 10,
        })),
      );
      calls.sort((a, b) => a.seconds - b.seconds);
      const uses = calls.map(({ ordinal, seconds }) => use('image', seconds, { ordinal, process: '7' }));
      const { sandboxes } = judge(summarise({ uses }), ORIGIN_MS + 1e6)!;
      expect(sandboxes).toHaveLength(sizes.length);
      const seen = calls.filter(({ seconds }) => seconds >= 10 * begun);
      const [life] = livesOf(
        seen.map(({ ordinal, seconds }) => {
          const startMs = ORIGIN_MS + 1e3 * seconds;
          return invocation({ sandboxId: 'image', startMs, endMs: startMs + 100, ordinal });
        }),
      );
      if (!life) return;
      const split = splitClones(life, sandboxes);
      expect(split.reduce((sum, { count }) => sum + count, 0)).toBe(seen.length);
      expect(split.every(({ count }) => count >= 1)).toBe(true);
      expect(new Set(split.map(({ key }) => key)).size).toBe(split.length);
      const whole = sandboxes.map(({ uses: own }) => own);
      expect(begun > 0 ? whole : split.map(({ count }) => count)).toEqual(whole);
    }),
  );
});
