import { ARRIVAL, BROKEN } from './sandbox.ts';
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

/** Counts of broken calls whose sandbox was used again, by how much the call tells: see {@link BROKEN}. */
export interface SurvivedBroken {
  readonly told: number;
  readonly untold: number;
}

/** The sequence of activities of a deployment's sandboxes. */
export interface Spells {
  readonly reused: ReuseSpells;
  readonly shared: SharedCalls;
  /** How many sandboxes were used again after a call that may have broken them. */
  readonly survived: SurvivedBroken;
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
  const survived = [0, 0, 0];
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
      survived[lastBroken[of]!]! += 1;
    }
    if (endMs[call]! > lastEndMs[of]!) lastEndMs[of] = endMs[call]!;
    lastBroken[of] = broken[call]!;
  }
  return {
    reused: {
      fromMs: fromMs.subarray(0, reused),
      toMs: toMs.subarray(0, reused),
      sandbox: reusedSandbox.subarray(0, reused),
      call: reusedCall.subarray(0, reused),
    },
    shared: { call: Uint32Array.from(sharedCall) },
    survived: { told: survived[BROKEN.TOLD]!, untold: survived[BROKEN.UNTOLD]! },
  };
}
