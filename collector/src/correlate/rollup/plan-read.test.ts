import { assert, constantFrom, integer, nat, property, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lay } from './plan-read.ts';
import type { Seal } from './read-plan.ts';
import { HOUR_SECONDS, SLOT_SECONDS } from './sql.ts';

const FIRST = 1_764_000_000 - (1_764_000_000 % HOUR_SECONDS);
const SLOTS = 30;

const seals = uniqueArray(
  tuple(constantFrom(HOUR_SECONDS, SLOT_SECONDS), nat(SLOTS), constantFrom(1, 2)).map(
    ([width, slot, form]): Seal => {
      const second = FIRST + slot * SLOT_SECONDS;
      return { width, form, from: second - (second % width), sealedAt: 1 };
    },
  ),
  { selector: ({ width, from }) => `${width} ${from}` },
);
const moment = integer({ min: FIRST - 2 * HOUR_SECONDS, max: FIRST + SLOTS * SLOT_SECONDS });

describe('how a stretch of time is read', () => {
  it('leaves nothing out and reads nothing twice', () => {
    assert(
      property(seals, moment, moment, (given, a, b) => {
        const [fromMs, toMs] = [Math.min(a, b) * 1000 + 1, Math.max(a, b) * 1000 + 2];
        const plan = lay(given, fromMs, toMs);
        const parts = [
          ...plan.raw.map(({ fromMs: from, toMs: to }) => [from, to]),
          ...plan.sealed.map(({ from, to }) => [from * 1000, to * 1000]),
        ].sort(([left = 0], [right = 0]) => left - right);
        expect(plan.fromMs).toBeLessThanOrEqual(fromMs);
        expect(plan.toMs).toBeGreaterThanOrEqual(toMs);
        expect(parts.map(([begin]) => begin)).toEqual([
          plan.fromMs,
          ...parts.slice(0, -1).map(([, end]) => end),
        ]);
        expect(parts.at(-1)?.[1]).toBe(plan.toMs);
        // A run contains only rows that were computed in the same form.
        for (const run of plan.sealed) {
          const within = plan.seals.filter(
            (seal) => seal.width === run.width && seal.from >= run.from && seal.from < run.to,
          );
          expect(new Set(within.map(({ form }) => form))).toEqual(new Set([run.form]));
        }
        // Sealed buckets within the range are not read from the raw rows again.
        for (const { fromMs: from, toMs: to } of plan.raw) {
          const missed = given.filter((seal) => seal.from * 1000 >= from && seal.from * 1000 < to);
          expect(missed).toEqual([]);
        }
      }),
    );
  });

  it('costs nothing for time in which nothing is sealed', () => {
    const before = process.cpuUsage();
    const plan = lay([{ width: HOUR_SECONDS, form: 2, from: FIRST, sealedAt: 1 }], 0, Date.UTC(2200, 0, 1));
    expect(plan.sealed).toHaveLength(1);
    expect(process.cpuUsage(before).user).toBeLessThan(100_000);
  });
});
