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
 * Counts and times the program's name lookups and TCP connections through Node's performance entries. Node tells neither
 * who asked for them nor of those that failed, so the totals are the process's.
 *
 * The entries come through a module that takes Node 1 ms to load: it is loaded when the program does something outward.
 */
export class ConnectionWatch {
  readonly #own: readonly { readonly host: string; readonly port: number }[];
  readonly #ownAddresses: Set<string>;
  readonly #operations: SlowestOperations;
  #dns = { count: 0, ms: 0 };
  #connect = { count: 0, ms: 0 };
  #observer: Observer | false | undefined;
  /** From the clock of the entries to the monotonic one. */
  #offsetMs = 0;

  /**
   * @param own where Sandscope itself connects to: neither its lookups nor its connections count
   * @param operations takes what was done
   */
  constructor(
    own: readonly { readonly host: string; readonly port: number }[],
    operations: SlowestOperations,
  ) {
    this.#own = own;
    this.#ownAddresses = new Set(own.map(({ host }) => host));
    this.#operations = operations;
  }

  /** Whether it has begun to watch. */
  get started(): boolean {
    return this.#observer !== undefined;
  }

  /** Begins to watch, for the rest of the process's life. */
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

  /** The totals now; undefined when Node does not tell. */
  read(): { readonly dns: Tally; readonly connect: Tally } | undefined {
    // What has happened in this turn of the event loop has not been handed out yet.
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
    // Connections are told with the address that the name led to.
    for (const found of Array.isArray(addresses) ? (addresses as unknown[]) : []) {
      const address = typeof found === 'string' ? found : (found as { address?: unknown } | null)?.address;
      if (typeof address === 'string') this.#ownAddresses.add(address);
    }
    return true;
  }
}
