import type { History } from '../evidence/index.ts';

/** The sandbox of each use, and the clock error. */
export interface Identities {
  /** For each of the first `length` uses. */
  readonly sandbox: Uint32Array;
  /** Correction to subtract from each use's times, ms; empty where no clock was set. */
  readonly shiftMs: Float64Array;
  readonly keys: readonly string[];
  readonly clockSteps: Uint16Array;
  /** By sandbox. */
  readonly isClone: Uint8Array;
}

/** Boot times that differ by less are equal: a reading may be off by about 100 ms. */
const SAME_BOOT_MS = 1_000;

/**
 * Identifies sandboxes: by the platform's name of the environment where there is one (so a restart inside it is not a
 * new sandbox, and clones of one snapshot are separate), else by the sandbox's own id (where a repeated ordinal of the
 * same process reveals clones).
 *
 * @param length number of uses that count, from the first
 */
export function identify(history: History, length: number): Identities {
  const { environments, uses } = history;
  // Sandboxes that were first seen later are not known yet.
  const isUsed = new Uint8Array(environments.length);
  for (let use = 0; use < length; use += 1) isUsed[uses.environments[use]!] = 1;
  const names = environments.map(({ sandbox, instance }) => (instance === '' ? sandbox : instance));
  const keys = [...new Set(names.filter((_, environment) => isUsed[environment] === 1))].sort();
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  const own = Uint32Array.from(names, (name) => indexOf.get(name) ?? 0);
  const sandbox = new Uint32Array(length);
  for (let use = 0; use < length; use += 1) sandbox[use] = own[uses.environments[use]!]!;
  const cloned = splitClones(history, sandbox, keys);
  const { shiftMs, clockSteps } = clockShifts(history, sandbox, keys.length);
  const isClone = new Uint8Array(keys.length);
  const holders = new Map<string, Set<string>>();
  for (const [environment, { sandbox: id, instance }] of environments.entries()) {
    if (instance === '' || isUsed[environment] === 0) continue;
    const held = holders.get(id);
    if (held) held.add(instance);
    else holders.set(id, new Set([instance]));
  }
  for (const held of holders.values()) {
    if (held.size > 1) for (const instance of held) isClone[indexOf.get(instance)!] = 1;
  }
  for (const index of cloned) isClone[index] = 1;
  return { sandbox, shiftMs, keys, clockSteps, isClone };
}

const CLONE_MARK = '\u0000clone ';

/** The name of the environment or sandbox in a key, whether clone or not. */
export const environmentOf = (key: string): string => key.split(CLONE_MARK, 1)[0] ?? key;

/** Number of the clone in a key, among those that only their ordinals tell apart; 1 for the first and for all others. */
export const cloneNumberOf = (key: string): number => Number(key.split(CLONE_MARK, 2)[1] ?? 1);

/**
 * Numbers the clones, from 1, that calls in order of time come from: each goes to the clone whose last ordinal is the
 * next lower one.
 */
export function chainsOf(ordinals: readonly number[]): number[] {
  const last: number[] = [];
  return ordinals.map((ordinal) => {
    let best = -1;
    for (const [clone, other] of last.entries())
      if (other < ordinal && (best < 0 || other > last[best]!)) best = clone;
    if (best < 0) best = last.length;
    last[best] = ordinal;
    return best + 1;
  });
}

/**
 * Gives clones without distinct platform names keys of their own, at the end of the keys.
 *
 * @returns indices of all clones found this way
 */
function splitClones({ environments, uses }: History, sandbox: Uint32Array, keys: string[]): number[] {
  const cloned: number[] = [];
  const latest = new Uint32Array(environments.length);
  const suspects = new Set<number>();
  for (let use = 0; use < sandbox.length; use += 1) {
    const environment = uses.environments[use]!;
    const ordinal = uses.ordinals[use]!;
    if (ordinal === 0) continue;
    const { instance, process } = environments[environment]!;
    if (instance === '' && process !== '' && ordinal <= latest[environment]!) suspects.add(environment);
    latest[environment] = Math.max(latest[environment]!, ordinal);
  }
  for (const environment of [...suspects].sort((a, b) => a - b)) {
    const own: number[] = [];
    for (let use = 0; use < sandbox.length; use += 1) {
      if (uses.environments[use] === environment && uses.ordinals[use]! > 0) own.push(use);
    }
    // A repeated number means two processes; numbers merely out of order mean a clock that was set.
    if (new Set(own.map((use) => uses.ordinals[use])).size === own.length) continue;
    const chains = chainsOf(own.map((use) => uses.ordinals[use]!));
    const first = sandbox[own[0]!]!;
    const keyOf = Array.from({ length: Math.max(...chains) }, (_, clone) =>
      clone === 0 ? first : keys.push(`${keys[first]}${CLONE_MARK}${clone + 1}`) - 1,
    );
    for (const [index, use] of own.entries()) sandbox[use] = keyOf[chains[index]! - 1]!;
    cloned.push(...keyOf);
  }
  return cloned;
}

/**
 * The difference between each use's clock and its usual value during the sandbox's life, from the boot time: while the
 * kernel runs, the boot time changes only when the clock is set. A boot after the last use is another boot.
 */
function clockShifts(
  { uses }: History,
  sandbox: Uint32Array,
  count: number,
): { shiftMs: Float64Array; clockSteps: Uint16Array } {
  const least = new Float64Array(count).fill(Infinity);
  const most = new Float64Array(count).fill(-Infinity);
  for (let use = 0; use < sandbox.length; use += 1) {
    const boot = uses.bootMicros[use]! / 1e3;
    if (boot === 0) continue;
    const of = sandbox[use]!;
    if (boot < least[of]!) least[of] = boot;
    if (boot > most[of]!) most[of] = boot;
  }
  const clockSteps = new Uint16Array(count);
  const moved = least.map((value, of) => (most[of]! - value > SAME_BOOT_MS ? 1 : 0));
  if (!moved.includes(1)) return { shiftMs: new Float64Array(0), clockSteps };
  const usesOf = new Map<number, number[]>();
  for (let use = 0; use < sandbox.length; use += 1) {
    if (moved[sandbox[use]!] !== 1 || uses.bootMicros[use] === 0) continue;
    const own = usesOf.get(sandbox[use]!);
    if (own) own.push(use);
    else usesOf.set(sandbox[use]!, [use]);
  }
  const shiftMs = new Float64Array(sandbox.length);
  for (const [of, own] of usesOf) {
    const boots = own.map((use) => uses.bootMicros[use]! / 1e3);
    const usual = boots.toSorted((a, b) => a - b)[boots.length >>> 1]!;
    const firstStartMs = uses.startMicros[own[0]!]! / 1e3;
    let before = boots[0]!;
    for (const [at, use] of own.entries()) {
      const boot = boots[at]!;
      // Booted while the sandbox was in use: it is another kernel, whose clock may be right.
      if (boot > firstStartMs && boots[0]! <= firstStartMs && usual < firstStartMs) continue;
      if (Math.abs(boot - before) > SAME_BOOT_MS) clockSteps[of] = clockSteps[of]! + 1;
      before = boot;
      if (Math.abs(boot - usual) > SAME_BOOT_MS) shiftMs[use] = boot - usual;
    }
  }
  return { shiftMs, clockSteps };
}
