import { USE_FLAG } from '../evidence/index.ts';
import type { Environment, Goodbye, History } from '../evidence/index.ts';
import { countAtMost, quantile } from '../../statistics/index.ts';
import { identify } from './identity.ts';
import type { Identities } from './identity.ts';
import { markSimultaneousStops } from './simultaneous-stop.ts';
import { ARRIVAL, BROKEN } from './sandbox.ts';
import type { LastOutcome, Sandbox, Timeline } from './sandbox.ts';
import { TimeLimits } from './time-limits.ts';

/** Used if no start reports its duration, ms. */
const UNKNOWN_INIT_MS = 500;
const LONGEST_EXPORT_MS = 2_000;
/**
 * In a deployment without cold-start flags and ordinals, a sandbox first seen this long after the very first call
 * counts as started by the call it is seen with, ms.
 */
const PRESUMED_BIRTH_MS = 1_800_000;

/**
 * The calls of a deployment that began before a moment.
 *
 * @returns undefined without any call and without any inspection of an idle sandbox
 */
export function timelineOf(history: History, untilMs: number): Timeline | undefined {
  const { uses } = history;
  const length = countAtMost(uses.startMicros, untilMs * 1e3);
  const idleOutcomes = history.idleOutcomes.filter(({ timeMs }) => timeMs <= untilMs);
  if (length === 0 && idleOutcomes.length === 0) return undefined;
  const identities = identify(history, length);
  const rows = rowsInOrder(history, identities, length);
  const sandboxes = Array.from(identities.keys, (key, index) => new Draft(key, identities, index));
  const arrival = new Uint8Array(length);
  const lostBefore = new Uint16Array(length);
  const keyHashes = new Uint32Array(length);
  const broken = new Uint8Array(length);
  const tellsBirths =
    uses.flags.some((flags) => (flags & (USE_FLAG.COLD | USE_FLAG.WARM)) !== 0) ||
    uses.ordinals.some((ordinal) => ordinal > 0);
  const limits = new TimeLimits();
  const inits: number[] = [];
  let longestExportMicros = 0;
  for (let row = 0; row < length; row += 1) {
    const use = rows.use[row]!;
    const draft = sandboxes[rows.sandbox[row]!]!;
    const flags = uses.flags[use]!;
    const ordinal = uses.ordinals[use]!;
    const environment = uses.environments[use]!;
    if (draft.environment !== environment) draft.enter(environment, history.environments[environment]!);
    if (draft.uses === 0) {
      const isCold = (flags & USE_FLAG.COLD) !== 0 || ((flags & USE_FLAG.WARM) === 0 && ordinal === 1);
      const isPresumed = !tellsBirths && rows.startMs[row]! - rows.startMs[0]! > PRESUMED_BIRTH_MS;
      draft.isBorn = isCold || isPresumed;
      arrival[row] = draft.isBorn ? ARRIVAL.BIRTH : ARRIVAL.FIRST_SEEN;
      draft.firstStartMs = rows.startMs[row]!;
    }
    lostBefore[row] = draft.take(ordinal, rows.endMs[row]!);
    draft.lastStartMs = rows.startMs[row]!;
    if ((flags & USE_FLAG.WITHDRAWS) !== 0) draft.withdrewMs = rows.startMs[row]!;
    draft.outcome = flags & (USE_FLAG.TIMED_OUT | USE_FLAG.CRASHED | USE_FLAG.FAILED);
    draft.lastCallMs = rows.endMs[row]! - rows.startMs[row]!;
    broken[row] =
      draft.outcome === 0 ? BROKEN.NO : draft.outcome === USE_FLAG.FAILED ? BROKEN.UNTOLD : BROKEN.TOLD;
    limits.add(draft.version, draft.lastCallMs, draft.outcome !== 0);
    keyHashes[row] = uses.keyHashes[use]!;
    if (uses.exportMicros[use]! > longestExportMicros) longestExportMicros = uses.exportMicros[use]!;
    if (arrival[row] === ARRIVAL.BIRTH && uses.initMicros[use]! >= 0) inits.push(uses.initMicros[use]! / 1e3);
  }
  const usualInitMs =
    quantile(
      inits.sort((a, b) => a - b),
      0.5,
    ) ?? UNKNOWN_INIT_MS;
  const decidedMs = rows.startMs.slice();
  for (let row = 0; row < length; row += 1) {
    if (arrival[row] === ARRIVAL.WARM) continue;
    const draft = sandboxes[rows.sandbox[row]!]!;
    if (arrival[row] === ARRIVAL.BIRTH) {
      const initMicros = uses.initMicros[rows.use[row]!]!;
      decidedMs[row] = rows.startMs[row]! - (initMicros >= 0 ? initMicros / 1e3 : usualInitMs);
    }
    draft.firstMs = decidedMs[row]!;
  }
  sayGoodbye(history, identities, sandboxes, untilMs);
  return {
    untilMs,
    fromMs: rows.startMs[0] ?? untilMs,
    startMs: rows.startMs,
    endMs: rows.endMs,
    decidedMs,
    sandbox: rows.sandbox,
    arrival,
    lostBefore,
    keyHashes,
    broken,
    sandboxes: markSimultaneousStops(sandboxes.map((draft) => draft.done(limits))),
    longestExportMs: Math.min(LONGEST_EXPORT_MS, longestExportMicros / 1e3),
    usualInitMs,
    idleOutcomes,
    implausible: history.implausible,
  };
}

interface Rows {
  readonly use: Uint32Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  readonly sandbox: Uint32Array;
}

/** Uses by start, with corrected clocks. */
function rowsInOrder({ uses }: History, { sandbox, shiftMs }: Identities, length: number): Rows {
  const startMs = new Float64Array(length);
  const endMs = new Float64Array(length);
  const use = new Uint32Array(length);
  const isShifted = shiftMs.length > 0;
  for (let row = 0; row < length; row += 1) {
    use[row] = row;
    startMs[row] = uses.startMicros[row]! / 1e3 - (isShifted ? shiftMs[row]! : 0);
    endMs[row] = startMs[row]! + uses.durationMicros[row]! / 1e3;
  }
  if (!isShifted) return { use, startMs, endMs, sandbox };
  use.sort((a, b) => startMs[a]! - startMs[b]! || a - b);
  return {
    use,
    startMs: Float64Array.from(use, (row) => startMs[row]!),
    endMs: Float64Array.from(use, (row) => endMs[row]!),
    sandbox: Uint32Array.from(use, (row) => sandbox[row]!),
  };
}

/** Seen ordinals of one process, and the last one in a goodbye. */
interface Process {
  least: number;
  most: number;
  count: number;
  told: number;
}

/** State of a sandbox while its uses are processed in order. */
class Draft {
  readonly #key: string;
  readonly #ids = new Set<string>();
  readonly #clockSteps: number;
  readonly #isClone: boolean;
  readonly #processes = new Map<string, Process>();
  /** The last process that reported an ordinal; absent if the current one has reported none. */
  #current: Process | undefined;
  #process = '';
  /** Highest of the current process; 0 if it reported none. */
  #ordinal = 0;
  /** Index of the environment of its last use. */
  environment = -1;
  uses = 0;
  isBorn = false;
  version = '';
  firstMs = NaN;
  firstStartMs = NaN;
  lastStartMs = -Infinity;
  /** When a process last continued after its goodbye. */
  withdrewMs = -Infinity;
  lastEndMs = -Infinity;
  /** Flags of its last call. */
  outcome = 0;
  /** Duration of its last call. */
  lastCallMs = 0;
  goodbye: { timeMs: number; reason: string } | undefined;

  constructor(key: string, identities: Identities, index: number) {
    this.#key = key;
    this.#clockSteps = identities.clockSteps[index]!;
    this.#isClone = identities.isClone[index] === 1;
  }

  get process(): string {
    return this.#process;
  }

  /** Highest ordinal of the last process; 0 if it reported none. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** Sets the environment of the next uses. */
  enter(index: number, { process, sandbox, version }: Environment): void {
    this.environment = index;
    this.version = version;
    if (this.#ids.size === 0 || process !== this.#process) this.#ids.add(sandbox);
    if (process === this.#process) return;
    this.#process = process;
    this.#ordinal = 0;
    this.#current = undefined;
  }

  /** @returns unseen calls of the same process since the last one */
  take(ordinal: number, endMs: number): number {
    const isFirst = this.uses === 0;
    this.uses += 1;
    if (endMs > this.lastEndMs) this.lastEndMs = endMs;
    if (ordinal === 0) return 0;
    const before = this.#ordinal;
    if (ordinal > before) this.#ordinal = ordinal;
    const known = before > 0 ? this.#current : this.#processes.get(this.#process);
    if (known) {
      this.#current = known;
      if (ordinal < known.least) known.least = ordinal;
      if (ordinal > known.most) known.most = ordinal;
      known.count += 1;
    } else {
      this.#current = { least: ordinal, most: ordinal, count: 1, told: 0 };
      this.#processes.set(this.#process, this.#current);
    }
    // A process that replaced another began with 1.
    if (isFirst || (before === 0 && known !== undefined)) return 0;
    return Math.min(65_535, Math.max(0, ordinal - before - 1));
  }

  /** The goodbye of a process reports its last ordinal. */
  told(process: string, lastOrdinal: number | undefined): void {
    const known =
      this.#processes.get(process) ??
      (this.#processes.size === 1 && process === '' ? this.#processes.get(this.#process) : undefined);
    if (known && lastOrdinal !== undefined) known.told = Math.max(known.told, lastOrdinal);
  }

  done(limits: TimeLimits): Sandbox {
    let lost = 0;
    const between = { calls: 0, seen: 0 };
    for (const { least, most, count, told } of this.#processes.values()) {
      lost += Math.max(0, Math.max(most, told) - (this.isBorn ? 1 : least) + 1 - count);
      const isTold = told >= most;
      between.calls += Math.max(0, isTold ? told - least : most - least - 1);
      between.seen += Math.max(0, count - (isTold || most === least ? 1 : 2));
    }
    return {
      key: this.#key,
      ids: [...this.#ids].sort(),
      version: this.version,
      isBorn: this.isBorn,
      firstMs: this.firstMs,
      firstStartMs: this.firstStartMs,
      lastEndMs: this.lastEndMs,
      uses: this.uses,
      lost,
      between,
      restarts: Math.max(0, this.#processes.size - 1),
      clockSteps: this.#clockSteps,
      isClone: this.#isClone,
      lastOutcome: this.#lastOutcome(limits),
      goodbye: this.goodbye,
    };
  }

  #lastOutcome(limits: TimeLimits): LastOutcome | undefined {
    if (this.outcome === 0) return undefined;
    if (this.outcome === USE_FLAG.FAILED)
      return { isTold: false, timedOut: limits.reached(this.version, this.lastCallMs) };
    return { isTold: true, timedOut: (this.outcome & USE_FLAG.TIMED_OUT) === 0 ? 0 : 1 };
  }
}

/** Which goodbyes were final: nothing of the sandbox began after them, and they came from its last process. */
function sayGoodbye(history: History, { keys }: Identities, drafts: readonly Draft[], untilMs: number): void {
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  // Goodbyes may omit the platform's name of the environment.
  for (const { sandbox, instance } of history.environments) {
    if (instance !== '' && !indexOf.has(sandbox)) indexOf.set(sandbox, indexOf.get(instance)!);
  }
  for (const goodbye of history.goodbyes) {
    const index =
      (goodbye.instance === undefined ? undefined : indexOf.get(goodbye.instance)) ??
      indexOf.get(goodbye.sandbox);
    const draft = index === undefined ? undefined : drafts[index];
    if (!draft || draft.uses === 0 || goodbye.timeMs > untilMs) continue;
    const last = isLast(goodbye, draft);
    draft.told(goodbye.process ?? '', goodbye.lastOrdinal);
    if (last) {
      draft.goodbye = { timeMs: Math.max(goodbye.timeMs, draft.lastEndMs), reason: goodbye.reason };
    }
  }
}

/** A process that continues withdraws its goodbye, even if its clock was set in between. */
const WITHDRAWN_WITHIN_MS = 60_000;

function isLast({ timeMs, process, lastOrdinal }: Goodbye, draft: Draft): boolean {
  const isOfProcess = process === undefined || draft.process === '' || process === draft.process;
  const wentOn = lastOrdinal !== undefined && draft.ordinal > lastOrdinal;
  return (
    isOfProcess &&
    !wentOn &&
    draft.lastStartMs <= timeMs &&
    timeMs > draft.withdrewMs + WITHDRAWN_WITHIN_MS * (lastOrdinal === undefined ? 1 : 0)
  );
}
