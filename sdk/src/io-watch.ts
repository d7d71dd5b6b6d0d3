import { monotonicMs } from './clock.ts';
import { subscribe } from 'node:diagnostics_channel';
import type { PerformanceObserver as Observer } from 'node:perf_hooks';
import type { FsWatch } from './fs-watch.ts';
import { late } from './late.ts';
import { guarded, reportFailure } from './report.ts';

/** What the process did outward since it was watched; a kind that is not watched is absent. Times side by side add up. */
export interface IoUsage {
  /** Outgoing HTTP requests that were answered or failed: request to the head of the response, or to the failure. */
  readonly http: Tally;
  /** Name lookups that succeeded. */
  readonly dns: Tally | undefined;
  /** TCP connections that were established: first packet to established. */
  readonly connect: Tally | undefined;
  /** Asynchronous file operations: call to result. */
  readonly fs: Tally | undefined;
}

export interface Tally {
  readonly count: number;
  readonly ms: number;
}

/** Tells Sandscope's own traffic, which is not counted. */
export interface OwnTraffic {
  /** Whether a request of `node:http` or undici is one of ours. */
  readonly isOurs: (request: object) => boolean;
  /** Where we connect to. What the program itself connects to at these is not counted either. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
}

interface Entry {
  readonly entryType: string;
  readonly duration: number;
  readonly detail?: unknown;
}

/**
 * Counts the program's own name lookups, TCP connections and HTTP requests (`node:http`, `fetch`) through Node's
 * diagnostics channels and performance entries, and its file operations where that was asked for: nothing is patched.
 * Node tells neither who asked for a lookup or a connection nor of failed ones, so the totals are the process's.
 *
 * Performance entries come through a module that takes Node 1 ms to load. So they are observed from the moment on at
 * which the program does something outward, or from the start when it has loaded a module for that. Starting takes
 * about 0.1 ms, a reading 0.2 µs (Node 24).
 */
export class IoWatch {
  readonly #own: OwnTraffic;
  readonly #ownAddresses: Set<string>;
  readonly #started = new WeakMap<object, number>();
  #http = { count: 0, ms: 0 };
  #dns = { count: 0, ms: 0 };
  #connect = { count: 0, ms: 0 };
  #observer: Observer | false | undefined;
  /** A lookup may have begun before it could be observed. */
  #lookupMissed = false;
  #fs: FsWatch | undefined;

  constructor(own: OwnTraffic) {
    this.#own = own;
    this.#ownAddresses = new Set(own.endpoints.map(({ host }) => host));
  }

  /**
   * Begins to watch, for the rest of the process's life. Never throws.
   *
   * @param files whether file operations are watched too: each asynchronous step of the program then costs a little more
   */
  start(files = false): void {
    const began = (message: unknown, channel: string | symbol): void => this.#began(message, channel);
    const ended = (message: unknown): void => this.#ended(message);
    subscribe('http.client.request.start', began);
    subscribe('http.client.response.finish', ended);
    subscribe('http.client.request.error', ended);
    subscribe('undici:request:create', began);
    subscribe('undici:request:headers', ended);
    subscribe('undici:request:error', ended);
    // Told before the name is looked up; of TLS since Node 24 only.
    subscribe('net.client.socket', () => this.#observe());
    if (isLoaded('https') || isLoaded('dns')) this.#observe();
    if (files) this.#fs = guarded('watching file operations', () => late().fsWatch());
  }

  /** The totals now. */
  read(): IoUsage {
    // What has happened in this turn of the event loop has not been handed out yet.
    if (this.#observer) this.#take(this.#observer.takeRecords());
    const watched = this.#observer !== false;
    const usage = {
      http: { ...this.#http },
      dns: watched && !this.#lookupMissed ? { ...this.#dns } : undefined,
      connect: watched ? { ...this.#connect } : undefined,
      fs: this.#fs?.read(),
    };
    this.#lookupMissed = false;
    return usage;
  }

  #observe(): void {
    if (this.#observer !== undefined) return;
    this.#observer = false;
    guarded('observing lookups and connections', () => {
      const observer = new PerformanceObserver((list) => this.#take(list.getEntries()));
      observer.observe({ entryTypes: ['dns', 'net'] });
      this.#observer = observer;
    });
  }

  #take(entries: readonly Entry[]): void {
    try {
      for (const { entryType, duration, detail } of entries) {
        const tally = entryType === 'dns' ? this.#dns : this.#connect;
        if (this.#isOwn(entryType, detail)) continue;
        tally.count += 1;
        tally.ms += duration;
      }
    } catch (error) {
      reportFailure('observing lookups and connections', error);
    }
  }

  #isOwn(entryType: string, detail: unknown): boolean {
    const { hostname, addresses, host, port } = detail as Record<string, unknown>;
    const { endpoints } = this.#own;
    if (entryType !== 'dns') {
      return endpoints.some((own) => own.port === port) && this.#ownAddresses.has(String(host));
    }
    if (!endpoints.some((own) => own.host === hostname)) return false;
    // Connections are told with the address that the name led to.
    for (const found of Array.isArray(addresses) ? (addresses as unknown[]) : []) {
      const address = typeof found === 'string' ? found : (found as { address?: unknown } | null)?.address;
      if (typeof address === 'string') this.#ownAddresses.add(address);
    }
    return true;
  }

  #began(message: unknown, channel: string | symbol): void {
    try {
      const { request } = message as { request: object };
      if (this.#own.isOurs(request)) return;
      if (this.#observer === undefined) {
        // By `fetch` a request is told before anything is done for it, by `node:http` when it is on its way.
        this.#lookupMissed = channel !== 'undici:request:create';
        this.#observe();
      }
      this.#started.set(request, monotonicMs());
    } catch (error) {
      reportFailure('watching HTTP requests', error);
    }
  }

  #ended(message: unknown): void {
    try {
      const { request } = message as { request: object };
      const startMs = this.#started.get(request);
      if (startMs === undefined || !this.#started.delete(request)) return;
      this.#http.count += 1;
      this.#http.ms += monotonicMs() - startMs;
    } catch (error) {
      reportFailure('watching HTTP requests', error);
    }
  }
}

/** Whether the program has loaded a module of Node's; true where that cannot be told. */
function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: unknown };
  return !Array.isArray(moduleLoadList) || moduleLoadList.includes(`NativeModule ${name}`);
}
