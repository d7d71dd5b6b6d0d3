import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson } from '../statistics/index.ts';
import { countHops } from './hops.ts';
import type { HostOf } from './hosts.ts';
import { invocation } from './test-lives.ts';

const hosts = new Map<string, HostOf>([
  ['f\0a1', { id: 'A', confidence: 'kernel', evidence: [] }],
  ['f\0a2', { id: 'A', confidence: 'kernel', evidence: [] }],
  ['f\0b1', { id: 'B', confidence: 'kernel', evidence: [] }],
  ['f\0x', { confidence: 'none', evidence: [] }],
]);
const run = (...sandboxes: string[]) =>
  countHops(
    sandboxes.map((sandboxId, index) => invocation({ sandboxId, startMs: index * 100 })),
    hosts,
  );

describe('hops', () => {
  it('tells moves between hosts from moves within one', () => {
    expect(run('a1', 'a1', 'a2', 'b1', 'a1')).toMatchObject({ pairs: 4, hops: 2, sandboxHops: 1, known: 5 });
  });

  it('lists the stays and the transitions', () => {
    const { sequence, transitions } = run('a1', 'a2', 'b1', 'b1', 'a1');
    expect(sequence.map(({ host, invocations }) => [host, invocations])).toEqual([
      ['A', 2],
      ['B', 2],
      ['A', 1],
    ]);
    expect(transitions).toEqual([
      { from: 'A', to: 'A', count: 1 },
      { from: 'A', to: 'B', count: 1 },
      { from: 'B', to: 'B', count: 1 },
      { from: 'B', to: 'A', count: 1 },
    ]);
  });

  it('guesses nothing across an unknown host', () => {
    expect(run('a1', 'x', 'b1')).toMatchObject({ pairs: 0, hops: 0, known: 2, rate: { n: 0 } });
    expect(run('x', 'x').rate).toEqual({ low: 0, high: 1, n: 0 });
    expect(run('x', 'x').independent).toBeUndefined();
  });

  it('compares with independent placement', () => {
    const turns = Array.from({ length: 20 }, () => ['a1', 'b1']).flat();
    const halves = [...turns].sort();
    for (const order of [turns, halves]) {
      const { independent } = run(...order);
      expect(independent?.expected).toBeCloseTo(20 / 39);
      expect(independent?.p).toBeLessThan(1e-6);
    }
    // From few pairs, or from one host, nothing can be concluded.
    expect(run('a1', 'b1', 'a1', 'b1').independent).toBeUndefined();
    expect(run(...halves.map(() => 'a1')).independent).toBeUndefined();
  });

  it('gives the rate an interval that knows how hops stick together', () => {
    const bursts = Array.from({ length: 400 }, (_, at) =>
      Math.floor(at / 100) % 2 === 1 && at % 2 === 1 ? 'b1' : 'a1',
    );
    const { rate, hops, pairs } = run(...bursts);
    const alone = wilson(hops, pairs);
    expect(rate).toMatchObject({ value: hops / pairs, n: pairs });
    expect(rate.high - rate.low).toBeGreaterThan(2 * (alone.high - alone.low));
  });

  it('counts as a reader of the sequence would', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a1', 'a2', 'b1', 'x')), (sandboxes) => {
        const ids = sandboxes.map((sandbox) => hosts.get(`f\0${sandbox}`)?.id);
        const pairs = ids.slice(1).map((id, index) => [ids[index], id]);
        const known = pairs.filter(([from, to]) => from !== undefined && to !== undefined);
        const counted = run(...sandboxes);
        expect(counted.pairs).toBe(known.length);
        expect(counted.hops).toBe(known.filter(([from, to]) => from !== to).length);
        expect(counted.transitions.reduce((sum, { count }) => sum + count, 0)).toBe(counted.pairs);
      }),
    );
  });
});
