import { describe, expect, it } from 'vitest';
import { BodyBudget } from './body-budget.ts';

const MIB = 1024 ** 2;

function budgetOf(maxBytes: number) {
  let nowMillis = 0;
  const gaveWay: string[] = [];
  const budget = new BodyBudget({ maxBytes, now: () => nowMillis });
  return {
    budget,
    gaveWay,
    pass: (millis: number) => (nowMillis += millis),
    open: (name: string, peer = 'one') => budget.open(peer, (why) => gaveWay.push(`${name}: ${why}`)),
  };
}

describe('the memory of bodies', () => {
  it('is for whoever sends, not for who holds much for little', () => {
    const { budget, gaveWay, pass, open } = budgetOf(64 * MIB);
    for (const name of ['a', 'b', 'c', 'd']) {
      const slow = open(name);
      slow.received(16_384);
      expect(slow.take(16 * MIB)).toBe(true);
      pass(10);
    }
    pass(1000);
    for (let index = 0; index < 100; index++) {
      const small = open(`small ${index}`);
      small.received(10_000);
      expect(small.take(10_000)).toBe(true);
      small.complete();
      small.close();
      pass(5);
    }
    expect(gaveWay).toEqual(['a: no room']);
    expect([budget.heldBytes, budget.isShort]).toEqual([48 * MIB, false]);
  });

  it('is taken first from a peer with more than its share', () => {
    const { gaveWay, pass, open } = budgetOf(4 * MIB);
    const others = open('other, and slow', 'two');
    others.received(1000);
    others.take(MIB);
    for (const name of ['first', 'second', 'third']) {
      const body = open(name);
      body.received(name === 'second' ? 10_000 : 900_000);
      body.take(MIB);
    }
    pass(400);
    const another = open('another', 'three');
    another.received(MIB);
    expect(another.take(MIB)).toBe(true);
    expect(gaveWay).toEqual(['second: no room']);
  });

  it('refuses when everything held is complete, and says so for a while', () => {
    const { budget, gaveWay, pass, open } = budgetOf(MIB);
    const whole = open('whole');
    whole.received(MIB);
    whole.take(MIB);
    whole.complete();
    const next = open('next');
    next.received(10);
    expect([next.take(10), budget.isShort, gaveWay]).toEqual([false, true, []]);
    whole.close();
    pass(6000);
    expect([next.take(10), budget.isShort]).toEqual([true, false]);
  });

  it('gives up what comes at less than the lowest rate', () => {
    const { budget, gaveWay, pass, open } = budgetOf(MIB);
    const drip = open('drip');
    const steady = open('steady');
    for (let second = 0; second < 8; second++) {
      drip.received(4);
      steady.received(300);
      pass(1000);
      budget.dropSlow();
    }
    expect(gaveWay).toEqual(['drip: too slow']);
    steady.close();
    expect(budget.heldBytes).toBe(0);
  });
});
