import type { Goodbye, IdleOutcome, Observed, Use } from './use.ts';

/** Environments of invocations; equal ones are one row. */
export interface Environment {
  readonly sandbox: string;
  /** '' if the platform provides none. */
  readonly instance: string;
  /** '' if unknown. */
  readonly process: string;
  readonly version: string;
}

/** Bits of `flags`. */
export const USE_FLAG = { COLD: 1, WARM: 2, TIMED_OUT: 4, CRASHED: 8, WITHDRAWS: 16, FAILED: 32 } as const;

/** One row per invocation, ascending by start, then by environment, ordinal, duration and the rest. */
export interface UseColumns {
  /** Whole µs since the epoch. */
  readonly startMicros: Float64Array;
  readonly durationMicros: Float64Array;
  /** Index in `environments`. */
  readonly environments: Uint32Array;
  /** 0 if unknown. */
  readonly ordinals: Uint32Array;
  readonly flags: Uint8Array;
  /** −1 if unknown. */
  readonly initMicros: Float64Array;
  /** Longest export before it; 0 if unknown. */
  readonly exportMicros: Float64Array;
  /** Boot time of the kernel, µs since the epoch; 0 if unknown. */
  readonly bootMicros: Float64Array;
  /** A number per affinity key, the same on every machine; 0 if unknown. */
  readonly keyHashes: Uint32Array;
}

/**
 * The evidence of one deployment's invocations for the judge: everything that decides about sandboxes, without loss,
 * and nothing about their work. The evidence of any time range has this form, and the same invocations give the same
 * bytes, however they were cut into slots, in any order, and even if they arrived twice.
 */
export interface SlotEvidence {
  /** The environments in use, ascending. */
  readonly environments: readonly Environment[];
  readonly uses: UseColumns;
  /** Ascending by time, then by the rest. */
  readonly goodbyes: readonly Goodbye[];
  /** Ascending by time, then by the rest. */
  readonly idleOutcomes: readonly IdleOutcome[];
  /** Invocations with impossible times; they are ignored. */
  readonly implausible: number;
}

/** An invocation has no time before 2001 or after 2200, and does not last for 30 days. */
const EARLIEST_MICROS = 1e15;
const LATEST_MICROS = 7.3e15;
const LONGEST_MICROS = 30 * 86_400e6;

/** Compares texts by code units, which is the same on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The evidence of one deployment in one slot, from its invocations in any order. */
export function summarise({ uses, goodbyes = [], idleOutcomes = [] }: Observed): SlotEvidence {
  const names = new Map<string, Environment>();
  const rows: { readonly name: string; readonly row: UseRow }[] = [];
  let implausible = 0;
  for (const use of uses) {
    const row = rowOf(use);
    if (!row) {
      implausible += 1;
      continue;
    }
    const { sandbox, instance = '', process = '', version = '' } = use;
    const name = environmentKey({ sandbox, instance, process, version });
    if (!names.has(name)) names.set(name, { sandbox, instance, process, version });
    rows.push({ name, row });
  }
  const { environments, indexOf } = numbered(names);
  const columns = emptyColumns(rows.length);
  for (const [at, { name, row }] of rows.entries())
    setRow(columns, at, { ...row, environment: indexOf.get(name)! });
  const said = [...goodbyes];
  const plausible = said.filter(({ timeMs }) => isMoment(timeMs * 1e3));
  return {
    environments,
    uses: inOrder(columns),
    goodbyes: sortedGoodbyes(plausible),
    idleOutcomes: sortedOutcomes([...idleOutcomes].filter(({ timeMs }) => isMoment(timeMs * 1e3))),
    implausible: implausible + said.length - plausible.length,
  };
}

/** Distinct names in order, and the position of each. */
export function numbered(names: ReadonlyMap<string, Environment>): {
  environments: Environment[];
  indexOf: Map<string, number>;
} {
  const sorted = [...names].sort(([a], [b]) => byText(a, b));
  return {
    environments: sorted.map(([, environment]) => environment),
    indexOf: new Map(sorted.map(([name], index) => [name, index])),
  };
}

/** A unique text per environment. */
export function environmentKey({ sandbox, instance, process, version }: Environment): string {
  return `${sandbox}\0${instance}\0${process}\0${version}`;
}

interface UseRow {
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly ordinal: number;
  readonly flags: number;
  readonly initMicros: number;
  readonly exportMicros: number;
  readonly bootMicros: number;
  readonly keyHash: number;
}

/** FNV-1a of the text's code units, never 0. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0 || 1;
}

function isMoment(micros: number): boolean {
  return micros >= EARLIEST_MICROS && micros <= LATEST_MICROS;
}

function rowOf(use: Use): UseRow | undefined {
  const startMicros = Math.round(use.startMs * 1e3);
  const durationMicros = Math.round(use.endMs * 1e3) - startMicros;
  if (!isMoment(startMicros) || !(durationMicros >= 0 && durationMicros <= LONGEST_MICROS)) return undefined;
  const { ordinal = 0, initMs = -1, exportMs = 0, bootTimeMs = 0 } = use;
  return {
    startMicros,
    durationMicros,
    ordinal: Number.isInteger(ordinal) && ordinal > 0 && ordinal < 2 ** 32 ? ordinal : 0,
    flags:
      (use.cold === true ? USE_FLAG.COLD : 0) |
      (use.cold === false ? USE_FLAG.WARM : 0) |
      (use.outcome === 'time-out' ? USE_FLAG.TIMED_OUT : 0) |
      (use.outcome === 'crash' ? USE_FLAG.CRASHED : 0) |
      (use.outcome === 'failure' ? USE_FLAG.FAILED : 0) |
      (use.withdrawsGoodbye === true ? USE_FLAG.WITHDRAWS : 0),
    initMicros: initMs >= 0 && initMs * 1e3 <= LONGEST_MICROS ? Math.round(initMs * 1e3) : -1,
    exportMicros: exportMs > 0 && exportMs * 1e3 <= LONGEST_MICROS ? Math.round(exportMs * 1e3) : 0,
    bootMicros: isMoment(bootTimeMs * 1e3) ? Math.round(bootTimeMs * 1e3) : 0,
    keyHash: use.affinityKey === undefined ? 0 : hashOf(use.affinityKey),
  };
}

export function emptyColumns(length: number): UseColumns {
  return {
    startMicros: new Float64Array(length),
    durationMicros: new Float64Array(length),
    environments: new Uint32Array(length),
    ordinals: new Uint32Array(length),
    flags: new Uint8Array(length),
    initMicros: new Float64Array(length),
    exportMicros: new Float64Array(length),
    bootMicros: new Float64Array(length),
    keyHashes: new Uint32Array(length),
  };
}

function setRow(columns: UseColumns, at: number, row: UseRow & { readonly environment: number }): void {
  columns.startMicros[at] = row.startMicros;
  columns.durationMicros[at] = row.durationMicros;
  columns.environments[at] = row.environment;
  columns.ordinals[at] = row.ordinal;
  columns.flags[at] = row.flags;
  columns.initMicros[at] = row.initMicros;
  columns.exportMicros[at] = row.exportMicros;
  columns.bootMicros[at] = row.bootMicros;
  columns.keyHashes[at] = row.keyHash;
}

/** The columns in which rows differ, in order of comparison. */
function comparator(columns: UseColumns): (a: number, b: number) => number {
  const {
    startMicros,
    durationMicros,
    environments,
    ordinals,
    flags,
    initMicros,
    exportMicros,
    bootMicros,
    keyHashes,
  } = columns;
  return (a, b) =>
    startMicros[a]! - startMicros[b]! ||
    environments[a]! - environments[b]! ||
    ordinals[a]! - ordinals[b]! ||
    durationMicros[a]! - durationMicros[b]! ||
    flags[a]! - flags[b]! ||
    initMicros[a]! - initMicros[b]! ||
    exportMicros[a]! - exportMicros[b]! ||
    bootMicros[a]! - bootMicros[b]! ||
    keyHashes[a]! - keyHashes[b]!;
}

/** Sorted rows without duplicates. Rows that are already sorted are not copied. */
export function inOrder(columns: UseColumns): UseColumns {
  const compare = comparator(columns);
  const length = columns.startMicros.length;
  let ordered = true;
  for (let row = 1; row < length && ordered; row += 1) ordered = compare(row - 1, row) < 0;
  if (ordered) return columns;
  const order = Uint32Array.from({ length }, (_, index) => index).sort(compare);
  const distinct = order.filter((row, at) => at === 0 || compare(order[at - 1]!, row) !== 0);
  const pick = <Column extends Float64Array | Uint32Array | Uint8Array>(from: Column, to: Column): Column => {
    for (let at = 0; at < distinct.length; at += 1) to[at] = from[distinct[at]!]!;
    return to;
  };
  const kept = emptyColumns(distinct.length);
  for (const name of Object.keys(kept) as (keyof UseColumns)[])
    pick<Float64Array | Uint32Array | Uint8Array>(columns[name], kept[name]);
  return kept;
}

/** Sorted, without duplicates. */
export function sortedGoodbyes(goodbyes: Iterable<Goodbye>): Goodbye[] {
  const distinct = new Map<string, Goodbye>();
  for (const { sandbox, instance, process, timeMs, reason, lastOrdinal } of goodbyes) {
    // Fields in a fixed order, and none that is undefined.
    const goodbye = {
      sandbox,
      ...(instance !== undefined && { instance }),
      ...(process !== undefined && { process }),
      timeMs,
      reason,
      ...(lastOrdinal !== undefined && { lastOrdinal }),
    };
    distinct.set(JSON.stringify(goodbye), goodbye);
  }
  return [...distinct]
    .sort(([one, a], [two, b]) => a.timeMs - b.timeMs || byText(one, two))
    .map(([, goodbye]) => goodbye);
}

/** Sorted, without duplicates: a fact reported twice counts once. */
export function sortedOutcomes(outcomes: readonly IdleOutcome[]): IdleOutcome[] {
  const keyOf = ({ timeMs, idleMs, together, warm, gone }: IdleOutcome): number[] => [
    timeMs,
    idleMs,
    together,
    warm,
    gone,
  ];
  const keyed = new Map(outcomes.map((outcome) => [keyOf(outcome).join(' '), outcome]));
  return [...keyed.values()].sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at < 0 ? 0 : left[at]! - right[at]!;
  });
}
