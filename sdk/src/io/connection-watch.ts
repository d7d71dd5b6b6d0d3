import type { PerformanceObserver as Observer } from 'node:perf_hooks';
import { monotonicMs } from '../clock/clock.ts';
import { fenced, guarded } from '../fence/report.ts';
import type { Tally } from './http-watch.ts';
import type { SlowestOperations } from './operations.ts';

interface Entry {
  readonly entryType: string;
  readonly name?: string;
  /** On the clock of `performance.now()`, ms. */
  readonly startTime: number;
  readonly duration: number;
  readonly detail?: unknown;
}

/**
 * Counts and times the program's name lookups and TCP connections through Node's performance entries. Node reports
 * neither the requester nor failures, so the totals are per process.
 *
 * The entries need a module that Node takes 1 ms to load, so it is loaded when the program first does outgoing I/O.
 */
export class ConnectionWatch {
  readonly #own: readonly { readonly host: string; readonly port: number }[];
  readonly #ownAddresses: Set<string>;
  readonly #operations: SlowestOperations;
  #dns = { count: 0, ms: 0 };
  #connect = { count: 0, ms: 0 };
  #observer: Observer | false | undefined;
  /** Offset from the clock of the entries to the monotonic clock. */
  #offsetMs = 0;

  /**
   * @param own addresses of Sandscope's own lookups and connections, which do not count
   * @param operations receives the operations
   */
  constructor(
    own: readonly { readonly host: string; readonly port: number }[],
    operations: SlowestOperations,
  ) {
    this.#own = own;
    this.#ownAddresses = new Set(own.map(({ host }) => host));
    this.#operations = operations;
  }

  /** Whether it is watching. */
  get started(): boolean {
    return this.#observer !== undefined;
  }

  /** Starts to watch, until the process ends. */
  start(): void {
    if (this.#observer !== undefined) return;
    this.#observer = false;
    guarded('observing lookups and connections', () => {
      const take = (list: { getEntries(): readonly Entry[] }): void => this.#take(list.getEntries());
      const observer = new PerformanceObserver(fenced('observing lookups and connections', take));
      observer.observe({ entryTypes: ['dns', 'net'] });
      this.#offsetMs = monotonicMs() - performance.now();
      this.#observer = observer;
    });
  }

  /** The totals now; undefined if Node does not report them. */
  read(): { readonly dns: Tally; readonly connect: Tally } | undefined {
    // Entries from this turn of the event loop have not been delivered yet.
    if (this.#observer) this.#take(this.#observer.takeRecords());
    if (this.#observer === false) return undefined;
    return { dns: { ...this.#dns }, connect: { ...this.#connect } };
  }

  #take(entries: readonly Entry[]): void {
    for (const { entryType, name = '', startTime, duration, detail } of entries) {
      const isLookup = entryType === 'dns';
      const { hostname, addresses, host, port } = (detail ?? {}) as Record<string, unknown>;
      if (isLookup ? this.#isOwnLookup(hostname, addresses) : this.#isOwnConnection(host, port)) continue;
      const tally = isLookup ? this.#dns : this.#connect;
      tally.count += 1;
      tally.ms += duration;
      const startMs = startTime + this.#offsetMs;
      this.#operations.add({
        kind: isLookup ? 'dns' : 'connect',
        name,
        startMs,
        endMs: startMs + duration,
        address: isLookup && typeof hostname === 'string' ? hostname : undefined,
        peer: !isLookup && typeof host === 'string' ? host : undefined,
        port: typeof port === 'number' ? port : undefined,
      });
    }
  }

  #isOwnConnection(host: unknown, port: unknown): boolean {
    return this.#own.some((own) => own.port === port) && this.#ownAddresses.has(String(host));
  }

  #isOwnLookup(hostname: unknown, addresses: unknown): boolean {
    if (!this.#own.some((own) => own.host === hostname)) return false;
    // Node reports connections with the address that the name resolved to.
    for (const found of Array.isArray(addresses) ? (addresses as unknown[]) : []) {
      const address = typeof found === 'string' ? found : (found as { address?: unknown } | null)?.address;
      if (typeof address === 'string') this.#ownAddresses.add(address);
    }
    return true;
  }
}
