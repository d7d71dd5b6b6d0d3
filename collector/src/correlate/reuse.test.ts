import { describe, expect, it } from 'vitest';
import type { Invocation } from './lifelines.ts';
import { judgePickOrder } from './pick-order.ts';
import { judgeConcurrency } from './concurrency.ts';
import { summariseReuse } from './reuse.ts';
import { invocation, livesOf } from './test-lives.ts';

/** Deterministic numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A platform with a fixed number of sandboxes, one request a second now and then two at once. */
function simulate(
  choose: (idle: { id: string; endMs: number }[], next: () => number) => number,
): Invocation[] {
  const next = random(7);
  const sandboxes = ['a', 'b', 'c', 'd'].map((id, index) => ({ id, endMs: index * 150 }));
  const invocations = sandboxes.map(({ id, endMs }) =>
    invocation({ sandboxId: id, startMs: endMs - 10, endMs }),
  );
  for (let second = 10; second < 400; second += 1) {
    for (let burst = next() < 0.3 ? 2 : 1; burst > 0; burst -= 1) {
      const startMs = second * 1000 + burst * 20;
      const idle = sandboxes.filter(({ endMs }) => endMs < startMs - 5).sort((a, b) => b.endMs - a.endMs);
      const picked = idle[choose(idle, next)];
      if (!picked) continue;
      picked.endMs = startMs + 100 + Math.floor(next() * 50);
      invocations.push(invocation({ sandboxId: picked.id, startMs, endMs: picked.endMs }));
    }
  }
  return invocations;
}

describe('pick order', () => {
  it('recognises most recent first', () => {
    const judged = judgePickOrder(livesOf(simulate(() => 0)), 100);
    expect(judged.order).toBe('most-recent');
  });

  it('recognises least recent first', () => {
    const judged = judgePickOrder(livesOf(simulate((idle) => idle.length - 1)), 100);
    expect(judged).toMatchObject({ order: 'least-recent' });
    expect(judged.z).toBeGreaterThan(10);
  });

  it('recognises random picks', () => {
    const judged = judgePickOrder(livesOf(simulate((idle, next) => Math.floor(next() * idle.length))), 100);
    expect(judged.order).toBe('random');
    expect(judged.n).toBeGreaterThan(100);
    expect(judged.mostRecentShare).toBeCloseTo(judged.mostRecentExpected ?? 0, 0);
  });

  it('stays silent without a choice', () => {
    const one = [1, 2, 3].map((at) => invocation({ sandboxId: 'a', startMs: at * 1000 }));
    expect(judgePickOrder(livesOf(one), 100)).toEqual({ order: 'unknown', n: 0 });
  });
});

describe('concurrency', () => {
  const pairs = (n: number, second: string) =>
    Array.from({ length: n }, (_, at) => [
      invocation({ sandboxId: 'a', startMs: at * 1000, endMs: at * 1000 + 500 }),
      invocation({ sandboxId: second, startMs: at * 1000 + 100, endMs: at * 1000 + 400 }),
    ]).flat();
  const judge = (invocations: Invocation[]) => judgeConcurrency(livesOf(invocations));

  it('is one-to-one when many overlap and never in one sandbox', () => {
    expect(judge(pairs(20, 'b'))).toMatchObject({ model: 'one-to-one', overlaps: 20, overlapsInSandbox: 0 });
  });

  it('is unknown while few overlap', () => {
    expect(judge(pairs(2, 'b')).model).toBe('unknown');
  });

  it('is one-to-many as soon as two overlap in one sandbox', () => {
    expect(judge(pairs(1, 'a'))).toMatchObject({ model: 'one-to-many', maxConcurrent: 2 });
  });

  it('does not take invocations that touch within the clock’s resolution for overlapping', () => {
    const touching = [0, 1, 2].map((at) =>
      invocation({ sandboxId: 'a', startMs: at * 100, endMs: at * 100 + 101 }),
    );
    expect(judge(touching)).toMatchObject({ overlapsInSandbox: 0, maxConcurrent: 1 });
  });
});

describe('reuse', () => {
  it('counts invocations per sandbox', () => {
    const lives = livesOf(
      [1, 1, 2, 5].flatMap((n, index) =>
        Array.from({ length: n }, (_, at) => invocation({ sandboxId: `s${index}`, startMs: at * 1000 })),
      ),
    );
    const reuse = summariseReuse({ lives, evidence: lives, pickOrder: { order: 'unknown', n: 0 } });
    expect(reuse.ratio).toMatchObject({ value: 5 / 9, n: 9 });
    expect(reuse.invocationsPerSandbox).toEqual({
      n: 4,
      min: 1,
      p50: 1,
      p95: 5,
      max: 5,
      histogram: [
        { from: 1, to: 1, sandboxes: 2 },
        { from: 2, to: 3, sandboxes: 1 },
        { from: 4, to: 7, sandboxes: 1 },
      ],
    });
  });
});
