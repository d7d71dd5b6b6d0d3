import { describe, expect, it } from 'vitest';
import { summariseReuse } from './reuse.ts';
import { invocation, livesOf } from './test-lives.ts';

describe('reuse', () => {
  it('counts invocations per sandbox', () => {
    const lives = livesOf(
      [1, 1, 2, 5].flatMap((n, index) =>
        Array.from({ length: n }, (_, at) => invocation({ sandboxId: `s${index}`, startMs: at * 1000 })),
      ),
    );
    const use = {
      count: 9,
      invocations: [],
      lives,
      unnamed: 0,
      coldInitsMs: [],
      fates: new Map(),
      judged: undefined,
    };
    const [reuse, ...others] = summariseReuse(use, { facts: new Map(), scope: { fromMs: 0, toMs: 10_000 } });
    expect(others).toEqual([]);
    expect(reuse?.ratio).toMatchObject({ value: 5 / 9, n: 9 });
    expect(reuse?.invocationsPerSandbox).toEqual({
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
