import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvidence, encodeEvidence, merge, summarise } from './index.ts';
import type { Goodbye, Use } from './index.ts';
import { seededRandom, shuffle } from '../../statistics/index.ts';

const ORIGIN_MS = Date.UTC(2026, 0, 1);

const anyUse: fc.Arbitrary<Use> = fc
  .record(
    {
      sandbox: fc.constantFrom('a', 'b', 'c', 'd'),
      startMs: fc.integer({ min: 0, max: 3_600_000_000 }).map((micros) => ORIGIN_MS + micros / 1e3),
      endMs: fc.constant(0),
      instance: fc.constantFrom('i', 'j'),
      process: fc.constantFrom('1', '2'),
      version: fc.constantFrom('1', '2'),
      ordinal: fc.integer({ min: 1, max: 5 }),
      cold: fc.boolean(),
      initMs: fc.integer({ min: 0, max: 900 }),
      exportMs: fc.integer({ min: 0, max: 50 }),
      bootTimeMs: fc.integer({ min: ORIGIN_MS - 1e7, max: ORIGIN_MS }),
      outcome: fc.constantFrom('time-out' as const, 'crash' as const, 'failure' as const),
      affinityKey: fc.constantFrom('k', 'l'),
      withdrawsGoodbye: fc.constant(true),
    },
    { requiredKeys: ['sandbox', 'startMs', 'endMs'] },
  )
  .map((use) => Object.assign(use, { endMs: use.startMs + 10 }));

const anyGoodbye: fc.Arbitrary<Goodbye> = fc.record(
  {
    sandbox: fc.constantFrom('a', 'b'),
    timeMs: fc.integer({ min: ORIGIN_MS, max: ORIGIN_MS + 3_600_000 }),
    reason: fc.constantFrom('sigterm', 'spindown'),
    lastOrdinal: fc.integer({ min: 0, max: 9 }),
  },
  { requiredKeys: ['sandbox', 'timeMs', 'reason'] },
);

const bytesOf = (uses: readonly Use[], goodbyes: readonly Goodbye[]): Uint8Array =>
  encodeEvidence(summarise({ uses, goodbyes }));

describe('evidence', () => {
  it('is the same bytes in whatever order invocations come, however they are cut and grouped, and if they come twice', () => {
    fc.assert(
      fc.property(
        fc.array(anyUse, { maxLength: 40 }),
        fc.array(anyGoodbye, { maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (uses, goodbyes, parts, seed) => {
          const whole = bytesOf(uses, goodbyes);
          const random = seededRandom(seed);
          const order = Uint32Array.from(uses.keys());
          shuffle(order, random);
          const shuffled = Array.from(order, (index) => uses[index]!);
          expect(bytesOf(shuffled, goodbyes.toReversed())).toEqual(whole);
          // Cut arbitrarily, some into two parts.
          const cuts = Array.from({ length: parts }, () => ({
            uses: [] as Use[],
            goodbyes: [] as Goodbye[],
          }));
          for (const use of shuffled) {
            cuts[random.below(parts)]!.uses.push(use);
            if (random.uniform() < 0.2) cuts[random.below(parts)]!.uses.push(use);
          }
          for (const goodbye of goodbyes) cuts[random.below(parts)]!.goodbyes.push(goodbye);
          const slots = cuts.map(summarise);
          expect(encodeEvidence(merge(slots))).toEqual(whole);
          const [first, ...rest] = slots;
          expect(encodeEvidence(merge([merge(rest), first!]))).toEqual(whole);
        },
      ),
    );
  });

  it('comes back from its bytes', () => {
    fc.assert(
      fc.property(
        fc.array(anyUse, { maxLength: 20 }),
        fc.array(anyGoodbye, { maxLength: 3 }),
        (uses, goodbyes) => {
          const evidence = summarise({ uses, goodbyes });
          expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
        },
      ),
    );
    expect(() => decodeEvidence(Uint8Array.of(3, 1))).toThrow(RangeError);
    expect(() => decodeEvidence(encodeEvidence(summarise({ uses: [] })).subarray(0, 10))).toThrow(RangeError);
  });

  it('leaves out, and counts, invocations whose times cannot be', () => {
    const use = { sandbox: 'a', startMs: ORIGIN_MS, endMs: ORIGIN_MS + 5 };
    const evidence = summarise({
      uses: [
        use,
        { ...use, startMs: 0 },
        { ...use, endMs: ORIGIN_MS - 5 },
        { ...use, startMs: NaN },
        { ...use, startMs: 1e17, endMs: 1e17 },
      ],
    });
    expect(evidence.uses.startMicros).toHaveLength(1);
    expect(evidence.implausible).toBe(4);
  });

  it('takes a value that makes no sense for one that is not known', () => {
    const { uses } = summarise({
      uses: [
        {
          sandbox: 'a',
          startMs: ORIGIN_MS,
          endMs: ORIGIN_MS,
          ordinal: -3,
          initMs: NaN,
          bootTimeMs: 5,
          exportMs: -1,
        },
      ],
    });
    expect([uses.ordinals[0], uses.initMicros[0], uses.bootMicros[0], uses.exportMicros[0]]).toEqual([
      0, -1, 0, 0,
    ]);
  });

  it('takes some 10 bytes an invocation', () => {
    const uses = Array.from({ length: 5_000 }, (_, index) => ({
      sandbox: `sandbox-${index % 20}`,
      startMs: ORIGIN_MS + 120 * index + (index % 7),
      endMs: ORIGIN_MS + 120 * index + 90.123,
      ordinal: Math.floor(index / 20) + 1,
      cold: index < 20,
    }));
    expect(encodeEvidence(summarise({ uses })).length / uses.length).toBeLessThan(11);
  });
});
