import { countAtMost } from '../../statistics/index.ts';
import type { Timeline } from './sandbox.ts';

/** The sandboxes of one version: only the version's own arrivals could have used them. */
export interface Regime {
  readonly version: string;
  /** From then on all calls went to newer versions; Infinity if that is not the case. */
  readonly supersededMs: number;
}

/** A version that shares calls with a newer one is superseded when it had no call where this many were expected. */
const MISSED_CALLS = 5;

/**
 * The versions of a deployment, by their first call.
 *
 * @returns one regime per version, and the regime of each sandbox
 */
export function regimesOf(timeline: Timeline): { regimes: readonly Regime[]; regimeOf: Uint16Array } {
  const { sandboxes, sandbox, startMs, decidedMs } = timeline;
  const indexOf = new Map<string, number>();
  const first: { version: string; firstMs: number; lastMs: number }[] = [];
  const regimeOf = new Uint16Array(sandboxes.length);
  const isKnown = new Uint8Array(sandboxes.length);
  const lastCall: number[] = [];
  for (let call = 0; call < startMs.length; call += 1) {
    const own = sandbox[call]!;
    if (isKnown[own] === 0) {
      const { version } = sandboxes[own]!;
      let index = indexOf.get(version);
      if (index === undefined) {
        indexOf.set(version, (index = first.length));
        first.push({ version, firstMs: decidedMs[call]!, lastMs: startMs[call]! });
      }
      regimeOf[own] = index;
      isKnown[own] = 1;
    }
    lastCall[regimeOf[own]!] = call;
  }
  for (const [index, version] of first.entries()) version.lastMs = startMs[lastCall[index]!]!;
  if (first.length === 1)
    return { regimes: [{ version: first[0]!.version, supersededMs: Infinity }], regimeOf };
  const regimes = first.map(({ version, lastMs }, index) => {
    const newer = first.slice(index + 1);
    if (newer.length === 0) return { version, supersededMs: Infinity };
    const newerMs = Math.min(...newer.map(({ firstMs }) => firstMs));
    const supersededMs = Math.max(newerMs, lastMs);
    let own = 0;
    let others = 0;
    let since = 0;
    for (let call = startMs.length - 1; call >= 0 && startMs[call]! >= newerMs; call -= 1) {
      const of = regimeOf[sandbox[call]!]!;
      if (of === index) own += 1;
      else if (of > index) {
        others += 1;
        if (startMs[call]! > lastMs) since += 1;
      }
    }
    const expected = (since * own) / Math.max(1, own + others - since);
    const isOver = since > 0 && (own === 0 || expected >= MISSED_CALLS);
    return { version, supersededMs: isOver ? supersededMs : Infinity };
  });
  return { regimes, regimeOf };
}

/** The share of a version in the calls is that of its latest so many. */
const RECENT_CALLS = 50;

/**
 * Whether a version takes no calls at a time, although it may take some again later, as after a rollback: from its last
 * call before to its next one, several were expected by its share of the calls. If it has no next call, one is enough.
 */
export function standstillOf(
  { sandbox, startMs }: Timeline,
  regimeOf: Uint16Array,
  regimes: number,
): (regime: number, atMs: number) => boolean {
  if (regimes < 2) return () => false;
  const callsOf = Array.from({ length: regimes }, (): number[] => []);
  for (let call = 0; call < startMs.length; call += 1) callsOf[regimeOf[sandbox[call]!]!]!.push(call);
  const timesOf = callsOf.map((calls) => Float64Array.from(calls, (call) => startMs[call]!));
  return (regime, atMs) => {
    const calls = callsOf[regime]!;
    const before = countAtMost(timesOf[regime]!, atMs);
    if (before === 0) return false;
    const last = calls[before - 1]!;
    const next = calls[before];
    const recent = Math.min(RECENT_CALLS, before);
    const share = recent / (last - calls[before - recent]! + 1);
    const expected = share * ((next ?? startMs.length) - last - 1);
    return expected >= (next === undefined ? 0.5 : MISSED_CALLS);
  };
}
