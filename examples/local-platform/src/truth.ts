import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

interface OfSandbox {
  readonly sandbox: string;
  readonly function: string;
  readonly host: string;
}

/** What happened, as the platform that made it happen knows it. */
export type TruthEvent =
  | {
      event: 'host';
      host: string;
      mode: 'namespaces' | 'declared';
      bootId?: string;
      bootOffsetSeconds?: number;
    }
  /** `restart`: a process is started anew in a sandbox that had one before. */
  | ({ event: 'birth' | 'restart'; pid: number; logStream: string } & OfSandbox)
  | ({ event: 'init_end' } & OfSandbox)
  /**
   * An event was delivered to the runtime of a sandbox; `ordinal` counts the sandbox's from 1, `cold` is true for the
   * first.
   */
  | ({ event: 'invoke'; requestId: string; ordinal: number; cold: boolean } & OfSandbox)
  /**
   * The caller was answered; `error` is the type of the error, absent on success. `startedUnixMicros` is when the
   * handler was called, as this platform's own runtime client tells it.
   */
  | ({ event: 'response'; requestId: string; startedUnixMicros?: number; error?: string } & OfSandbox)
  | ({ event: 'freeze' | 'thaw' } & OfSandbox)
  | ({ event: 'evict'; reason: 'idle'; idleMillis: number } & OfSandbox)
  | ({ event: 'reset'; reason: 'timeout' | 'init' | 'extension'; requestId?: string } & OfSandbox)
  /** The process is gone: by its own exit (`exitCode`) or by a signal. */
  | ({ event: 'death'; exitCode?: number; signal?: string } & OfSandbox);

export interface TruthCounts {
  /** Events delivered to a runtime. */
  readonly invocations: number;
  /** Deliveries that were the first of their sandbox. */
  readonly cold: number;
  /** Sandboxes that got at least one event. */
  readonly sandboxes: number;
  /** Of those, the ones ended by the eviction law; not those ended by the stop of the platform or a time-out. */
  readonly evicted: number;
  /** Distinct hosts that ran at least one event. */
  readonly hosts: number;
  /**
   * Consecutive invocations of the same function that ran on different hosts. In the order in which the handlers were
   * called, which in a burst is not the order of delivery: a process that was delivered to first may run second.
   */
  readonly hops: number;
}

export interface TruthSummary {
  readonly functions: Readonly<Record<string, TruthCounts>>;
  readonly total: TruthCounts;
}

class Tally {
  cold = 0;
  evicted = 0;
  readonly sandboxes = new Set<string>();
  readonly hosts = new Set<string>();
  /** By request id. Delivered at first, then corrected to when the handler was called. */
  readonly starts = new Map<string, { unixMicros: number; readonly host: string }>();

  counts(): TruthCounts {
    const { cold, sandboxes, evicted, hosts, starts } = this;
    const inOrder = [...starts.values()].sort((a, b) => a.unixMicros - b.unixMicros);
    const hops = inOrder.filter(({ host }, index) => index > 0 && inOrder[index - 1]?.host !== host).length;
    return { invocations: starts.size, cold, sandboxes: sandboxes.size, evicted, hosts: hosts.size, hops };
  }
}

/** Sums up events one by one. */
export class TruthTally {
  readonly #functions = new Map<string, Tally>();

  /** @param unixMillis when it happened */
  add(one: TruthEvent, unixMillis: number): void {
    if (one.event === 'evict') {
      const tally = this.#functions.get(one.function);
      if (tally?.sandboxes.has(one.sandbox)) tally.evicted += 1;
    }
    if (one.event === 'response' && one.startedUnixMicros !== undefined) {
      const start = this.#functions.get(one.function)?.starts.get(one.requestId);
      if (start) start.unixMicros = one.startedUnixMicros;
    }
    if (one.event !== 'invoke') return;
    const tally = this.#functions.get(one.function) ?? new Tally();
    this.#functions.set(one.function, tally);
    tally.starts.set(one.requestId, { unixMicros: unixMillis * 1000, host: one.host });
    if (one.cold) tally.cold += 1;
    tally.sandboxes.add(one.sandbox);
    tally.hosts.add(one.host);
  }

  /** Functions without an event are absent. */
  summary(): TruthSummary {
    const functions = Object.fromEntries([...this.#functions].map(([name, tally]) => [name, tally.counts()]));
    const tallies = [...this.#functions.values()];
    const sum = (key: keyof TruthCounts): number =>
      Object.values(functions).reduce((total, counts) => total + counts[key], 0);
    return {
      functions,
      total: {
        invocations: sum('invocations'),
        cold: sum('cold'),
        sandboxes: sum('sandboxes'),
        evicted: sum('evicted'),
        hosts: new Set(tallies.flatMap(({ hosts }) => Array.from(hosts))).size,
        hops: sum('hops'),
      },
    };
  }
}

/** Keeps the sum and, when a file is given, one JSON line an event with `timeUnixMillis`. */
export class Truth {
  readonly #tally = new TruthTally();
  readonly #file: number | undefined;

  /** @param path replaced when it exists; its folder is made */
  constructor(path?: string) {
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
  }

  /** Written at once, so that the file is complete up to the moment even when the platform is killed. */
  record(event: TruthEvent): void {
    const timeUnixMillis = Date.now();
    this.#tally.add(event, timeUnixMillis);
    if (this.#file === undefined) return;
    writeSync(this.#file, `${JSON.stringify({ timeUnixMillis, ...event })}\n`);
  }

  summary(): TruthSummary {
    return this.#tally.summary();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
