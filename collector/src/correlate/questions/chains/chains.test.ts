import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Random } from '../../../statistics/index.ts';
import { criticalPath } from './critical-path.ts';
import type { Link, Trace } from './evidence.ts';
import { judgeChain } from './judge.ts';

const link = (name: string, startMs: number, endMs: number, initMs = 0, parent = ''): Link => ({
  function: name,
  spanId: `${name} ${startMs}`,
  parentSpanId: parent,
  place: { account_id: '', region: '', platform: '' },
  environment: `${name} 1`,
  startMs,
  endMs,
  isCold: initMs > 0,
  initMs,
});

describe('the critical path', () => {
  test('goes through nested calls, with the waits for them', () => {
    // a calls b at 10, which is initialised until 110 and answers at 150.
    const path = criticalPath([link('a', 0, 200), link('b', 110, 150, 100)]);
    expect(path).toEqual({ totalMs: 200, coldMs: [0, 100], betweenMs: 0, depth: 2 });
  });

  test('leaves out cold starts that nobody waited for in the end', () => {
    // b and c in parallel: c ends last, so the cold start of b costs nothing.
    const path = criticalPath([
      link('a', 0, 300),
      link('c', 20, 280, 0, 'a 0'),
      link('b', 150, 200, 120, 'a 0'),
    ]);
    expect(path.coldMs).toEqual([0, 0, 0]);
    // Only the part of a wait that was on the path counts, where another call ended within it.
    const partly = criticalPath([link('a', 0, 300), link('b', 10, 100), link('c', 200, 280, 150)]);
    expect(partly.coldMs).toEqual([0, 0, 150]);
  });

  test('goes on where work was handed over', () => {
    // b begins when a is over: 50 ms in a queue, then 100 of initialisation.
    const path = criticalPath([link('a', 0, 100, 30), link('b', 250, 300, 100)]);
    expect(path).toEqual({ totalMs: 330, coldMs: [30, 100], betweenMs: 50, depth: 1 });
    // c begins in a and outlives it.
    const outlives = criticalPath([link('a', 0, 100), link('c', 90, 400, 50)]);
    expect(outlives).toMatchObject({ totalMs: 400, coldMs: [0, 50], betweenMs: 0 });
  });

  test('takes told parents before enclosing ones', () => {
    const path = criticalPath([
      link('a', 0, 400),
      link('b', 10, 300),
      // Called by a, although b encloses it: the time of b was not spent waiting for it.
      link('c', 150, 200, 100, 'a 0'),
    ]);
    expect(path).toMatchObject({ coldMs: [0, 0, 0], depth: 2 });
  });

  test('is never longer than the trace, and nothing on it counts twice', () => {
    const random = seededRandom(51);
    for (let run = 0; run < 300; run += 1) {
      const trace = Array.from({ length: 2 + random.below(12) }, (_, at) => {
        const start = 1_000 * random.uniform();
        return link(
          `f${at}`,
          start,
          start + 300 * random.uniform(),
          random.below(2) * 100 * random.uniform(),
        );
      }).toSorted((a, b) => a.startMs - b.startMs);
      const { totalMs, coldMs, betweenMs } = criticalPath(trace);
      expect(coldMs.reduce((a, b) => a + b, betweenMs)).toBeLessThanOrEqual(totalMs + 1e-6);
      for (const [at, ms] of coldMs.entries()) expect(ms).toBeLessThanOrEqual(trace[at]!.initMs + 1e-9);
    }
  });
});

/** a calls b, b calls c; each cold with its own probability. */
function chain(random: Random): Trace {
  const init = (chance: number): number => (random.uniform() < chance ? 150 + 100 * random.uniform() : 0);
  const [a, b, c] = [init(0.1), init(0.3), init(0.5)];
  const work = (): number => 20 + 20 * random.uniform();
  const steps = [work(), work(), work(), work(), work()] as const;
  const startB = steps[0] + b;
  const startC = startB + steps[1] + c;
  const endC = startC + steps[2];
  const endB = endC + steps[3];
  return [link('a', 0, endB + steps[4], a), link('b', startB, endB, b), link('c', startC, endC, c)];
}

describe('chains', () => {
  test('hold the true share of cold starts, and what prewarming saves, inside of their intervals', () => {
    const random = seededRandom(52);
    const truth = { cold: 200 * (0.1 + 0.3 + 0.5), saved: 200 * (0.3 + 0.5) };
    const work = 5 * 30;
    let share = 0;
    let saved = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const answer = judgeChain(Array.from({ length: 80 }, () => chain(random)));
      const holds = ({ low = Infinity, high = -Infinity }: { low?: number; high?: number }, value: number) =>
        Number(low <= value && value <= high);
      share += holds(answer.coldShare, truth.cold / (truth.cold + work));
      saved += holds(answer.prewarmSavesMs, truth.saved);
    }
    expect(share / runs).toBeGreaterThan(0.92);
    expect(saved / runs).toBeGreaterThan(0.92);
  });

  test('name their successors', () => {
    const random = seededRandom(53);
    const answer = judgeChain(Array.from({ length: 200 }, () => chain(random)));
    expect(answer).toMatchObject({ traces: 200, depth: 3, basis: { enough: true } });
    expect(answer.successors.map((found) => found.function)).toEqual(['b', 'c']);
    expect(answer.successors[1]!.coldOnPathMs.value).toBeGreaterThan(
      answer.successors[0]!.coldOnPathMs.value!,
    );
    const few = judgeChain([chain(random), chain(random)]);
    expect(few.basis.missing[0]).toBe('not enough data yet (2 of 20 traces of this chain)');
  });
});
