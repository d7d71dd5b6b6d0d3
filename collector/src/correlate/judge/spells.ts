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
  const toMs = new Float64Array(calls);
  const reusedSandbox = new Uint32Array(calls);
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
        toMs[reused] = startMs[call]!;
        reusedSandbox[reused] = of;
        reusedCall[reused] = call;
        reused += 1;
      } else sharedCall.push(call);
      if (lastBroken[of] === 1) survived += 1;
    }
    if (endMs[call]! > lastEndMs[of]!) lastEndMs[of] = endMs[call]!;
    lastBroken[of] = broken[call]!;
    if (broken[call] === 1) brokenCalls += 1;
  }
  return {
    reused: {
      fromMs: fromMs.subarray(0, reused),
      toMs: toMs.subarray(0, reused),
      sandbox: reusedSandbox.subarray(0, reused),
      call: reusedCall.subarray(0, reused),
    },
    shared: { call: Uint32Array.from(sharedCall) },
    broken: { calls: brokenCalls, survived },
  };
}
