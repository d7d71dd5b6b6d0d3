import { ARRIVAL } from './sandbox.ts';
import type { Timeline } from './sandbox.ts';

/** Idle times that a later call ended: the sandbox survived them. Ascending by their end. */
export interface ReuseSpells {
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** Index of the sandbox. */
  readonly sandbox: Uint32Array;
  /** Index of the call that ended it. */
  readonly call: Uint32Array;
}

/** Calls that went to a sandbox that was already serving another one. */
export interface SharedCalls {
  readonly call: Uint32Array;
}

/** The sequence of activities of a deployment's sandboxes. */
export interface Spells {
  readonly reused: ReuseSpells;
  readonly shared: SharedCalls;
  /** Calls that ended in a time-out or crash, and how many of those sandboxes were used again. */
  readonly broken: { readonly calls: number; readonly survived: number };
}

/** Splits the lives of sandboxes into use and idleness. */
export function spellsOf(timeline: Timeline): Spells {
  const { startMs, endMs, sandbox, arrival, broken, sandboxes } = timeline;
  const calls = startMs.length;
  const lastEndMs = new Float64Array(sandboxes.length).fill(-Infinity);
  const lastBroken = new Uint8Array(sandboxes.length);
  const fromMs = new Float64Array(calls);
  const reusedCall = new Uint32Array(calls);
  const sharedCall: number[] = [];
  let reused = 0;
  let brokenCalls = 0;
  let survived = 0;
  for (let call = 0; call < calls; call += 1) {
    const of = sandbox[call]!;
    if (arrival[call] === ARRIVAL.WARM) {
      if (startMs[call]! >= lastEndMs[of]!) {
        fromMs[reused] = lastEndMs[of]!;
        reusedCall[reused] = call;
        reused += 1;
      } else sharedCall.push(call);
      if (lastBroken[of] === 1) survived += 1;
    }
    if (endMs[call]! > lastEndMs[of]!) lastEndMs[of] = endMs[call]!;
    lastBroken[of] = broken[call]!;
    if (broken[call] === 1) brokenCalls += 1;
  }
  const call = reusedCall.slice(0, reused);
  const toMs = new Float64Array(reused);
  const of = new Uint32Array(reused);
  for (let spell = 0; spell < reused; spell += 1) {
    toMs[spell] = startMs[call[spell]!]!;
    of[spell] = sandbox[call[spell]!]!;
  }
  return {
    reused: { fromMs: fromMs.slice(0, reused), toMs, sandbox: of, call },
    shared: { call: Uint32Array.from(sharedCall) },
    broken: { calls: brokenCalls, survived },
  };
}
