import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { functionArn } from './function-name.ts';
import type { OfFunction, TruthEvent } from './truth-events.ts';

export type { TruthEvent } from './truth-events.ts';

export interface TruthCounts {
  /** Events delivered to a runtime. */
  readonly invocations: number;
  /** Deliveries that were the first of their sandbox. */
  readonly cold: number;
  /** Sandboxes that got at least one event. */
  readonly sandboxes: number;
  /** How many of these an expiry law ended, not a deploy, the platform's stop or a timeout. */
  readonly evicted: number;
  /** How many of these a deploy ended. */
  readonly replaced: number;
  /** Distinct hosts that ran at least one event. */
  readonly hosts: number;
  /**
   * Consecutive invocations of the same function that ran on different hosts. In the order in which the handlers were
   * called. In a burst this is not the order of delivery: the process that received its event first may run second.
   */
  readonly hops: number;
}

export interface TruthSummary {
  /** By name, over all regions and accounts. */
  readonly functions: Readonly<Record<string, TruthCounts>>;
  /** By ARN. */
  readonly deployments: Readonly<Record<string, TruthCounts>>;
  readonly total: TruthCounts;
}

/** What happened to one deployed function. */
class Tally {
  cold = 0;
  evicted = 0;
  replaced = 0;
  readonly name: string;
  readonly sandboxes = new Set<string>();
  readonly hosts = new Set<string>();
  /** By request id. The time of delivery at first, corrected later to the time when the handler was called. */
  readonly starts = new Map<string, { unixMicros: number; readonly host: string }>();

  constructor(name: string) {
    this.name = name;
  }

  get hops(): number {
    const inOrder = [...this.starts.values()].sort((a, b) => a.unixMicros - b.unixMicros);
    return inOrder.filter(({ host }, index) => index > 0 && inOrder[index - 1]?.host !== host).length;
  }
}

function countsOf(tallies: readonly Tally[]): TruthCounts {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, one) => total + of(one), 0);
  return {
    invocations: sum(({ starts }) => starts.size),
    cold: sum(({ cold }) => cold),
    sandboxes: sum(({ sandboxes }) => sandboxes.size),
    evicted: sum(({ evicted }) => evicted),
    replaced: sum(({ replaced }) => replaced),
    hosts: new Set(tallies.flatMap(({ hosts }) => Array.from(hosts))).size,
    hops: sum(({ hops }) => hops),
  };
}

/** Accumulates events one by one. */
export class TruthTally {
  /** By ARN. */
  readonly #deployments = new Map<string, Tally>();

  /** @param unixMillis when it happened */
  add(one: TruthEvent, unixMillis: number): void {
    if (one.event === 'invoke') {
      const tally = this.#tallyOf(one) ?? new Tally(one.function);
      this.#deployments.set(arnOf(one), tally);
      tally.starts.set(one.requestId, { unixMicros: unixMillis * 1000, host: one.host });
      if (one.cold) tally.cold += 1;
      tally.sandboxes.add(one.sandbox);
      tally.hosts.add(one.host);
    } else if (one.event === 'evict') {
      const tally = this.#tallyOf(one);
      if (!tally?.sandboxes.has(one.sandbox)) return;
      if (one.reason === 'deploy') tally.replaced += 1;
      else tally.evicted += 1;
    } else if (one.event === 'response' && one.startedUnixMicros !== undefined) {
      const start = this.#tallyOf(one)?.starts.get(one.requestId);
      if (start) start.unixMicros = one.startedUnixMicros;
    }
  }

  #tallyOf(one: OfFunction): Tally | undefined {
    return this.#deployments.get(arnOf(one));
  }

  /** Functions without an event are absent. */
  summary(): TruthSummary {
    const tallies = [...this.#deployments.values()];
    const names = new Set(tallies.map(({ name }) => name));
    const ofName = (name: string): TruthCounts => countsOf(tallies.filter((one) => one.name === name));
    return {
      functions: Object.fromEntries(Array.from(names, (name) => [name, ofName(name)])),
      deployments: Object.fromEntries([...this.#deployments].map(([arn, one]) => [arn, countsOf([one])])),
      total: countsOf(tallies),
    };
  }
}

const arnOf = ({ function: name, region, account }: OfFunction): string =>
  functionArn({ name, region, account });

/**
 * Keeps the summary and, if a file is given, writes one JSON line per event, with `timeUnixMillis` (whole) and
 * `monotonicMillis` (in µs resolution, for distances between events).
 */
export class Truth {
  readonly #tally = new TruthTally();
  readonly #file: number | undefined;

  /** @param path replaced if it exists; its folder is created */
  constructor(path?: string) {
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
  }

  /** Written synchronously, so that the file is complete up to this moment even if the platform is killed. */
  record(event: TruthEvent): void {
    const timeUnixMillis = Date.now();
    this.#tally.add(event, timeUnixMillis);
    if (this.#file === undefined) return;
    const monotonicMillis = Math.round(performance.now() * 1e3) / 1e3;
    writeSync(this.#file, `${JSON.stringify({ timeUnixMillis, monotonicMillis, ...event })}\n`);
  }

  summary(): TruthSummary {
    return this.#tally.summary();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
