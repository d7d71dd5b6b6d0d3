import type { ExpirySpec } from './expiry/registry.ts';
import type { PolicySpec } from './policy-registry.ts';
import type { FunctionId } from './function-name.ts';

export interface OfHost {
  readonly host: string;
  readonly region: string;
  /** Absent if the region has no zones. */
  readonly zone?: string;
}

/** The deployed function that an event concerns. */
export interface OfFunction extends Pick<FunctionId, 'region' | 'account'> {
  readonly function: string;
}

export interface OfSandbox extends OfFunction {
  readonly sandbox: string;
  readonly host: string;
}

/**
 * Why a sandbox or one of its processes ended: `idle` and `age` through an expiry law, `deploy` through a new version,
 * `stop` with the platform, `timeout`, `init` and `extension` through a reset, `exit` by itself or through another
 * process.
 */
export type EndCause = 'idle' | 'age' | 'deploy' | 'stop' | 'timeout' | 'init' | 'extension' | 'exit';

/** Why the platform ended a sandbox. */
export type Eviction =
  | {
      readonly reason: 'idle' | 'age';
      /** The law that ended it, and the values behind its decision. */
      readonly law: string;
      readonly details: Readonly<Record<string, number>>;
    }
  | { readonly reason: 'deploy' };

/** An event, as known to the platform that caused it. */
export type TruthEvent =
  /** A host is up; `added` by a scaling policy if it was not there from the start. */
  | ({
      event: 'host';
      mode: 'namespaces' | 'declared';
      bootId?: string;
      bootOffsetSeconds?: number;
      added?: PolicySpec & { readonly startedMillis: number };
    } & OfHost)
  /** A host is removed: it had no sandbox for `emptyMillis`. */
  | ({ event: 'host_end'; emptyMillis: number } & OfHost)
  /** A runtime without a function was started, to wait on a host. Its `pid` does not change when a sandbox gets it. */
  | { event: 'runtime'; host: string; region: string; pid: number }
  /**
   * A host begins to fetch the code of a version, which takes `takesMillis`: because a sandbox there needs it (`start`)
   * or before one does.
   */
  | ({
      event: 'fetch';
      revision: number;
      reason: 'start' | 'prefetch';
      bytes: number;
      takesMillis: number;
    } & OfFunction &
      OfHost)
  /**
   * A policy of the function `by` ordered a sandbox of the function ahead of a call: it is `started` (`sandbox`), one
   * was `ready` already, or there may be no more (`full`).
   */
  | ({
      event: 'prewarm';
      by: string;
      policy: string;
      details: Readonly<Record<string, number>>;
      outcome: 'started' | 'ready' | 'full';
      sandbox?: string;
    } & OfFunction)
  /**
   * A version of a function was deployed: at the start, with `revision` 1, and by every deploy. Includes the policies
   * for the use and the end of its sandboxes: the times of `expiry` are as configured; this platform divides them by
   * `timeScale`.
   */
  | ({
      event: 'deploy';
      version: string;
      revision: number;
      memoryMb: number;
      concurrencyPerSandbox: number;
      reuse: string;
      expiry: readonly ExpirySpec[];
      goodbyes: boolean;
      /** Absent where code need not be fetched. */
      prefetch?: string;
      /** Absent without a policy. */
      prewarm?: readonly PolicySpec[];
      timeScale: number;
      seed: number;
      /** CPU time in each period after init, µs; absent: not limited. */
      cpuQuotaMicros?: number;
      cpuPeriodMicros?: number;
      /** The fate of the previous revision's sandboxes. */
      old?: 'drain' | 'kill';
    } & OfFunction)
  /**
   * `restart`: a new process is started in a sandbox that had one before. `pooledMillis`: its process had waited that
   * long without a function; absent if it was started for the sandbox.
   */
  | ({
      event: 'birth' | 'restart';
      pid: number;
      logStream: string;
      revision: number;
      pooledMillis?: number;
    } & OfSandbox)
  | ({ event: 'init_end' } & OfSandbox)
  /**
   * An event was delivered to the runtime of a sandbox; `ordinal` is its number within the sandbox, from 1; `cold` is
   * true for the first.
   */
  | ({ event: 'invoke'; requestId: string; ordinal: number; cold: boolean } & OfSandbox)
  /**
   * The caller was answered; `error` is the type of the error, absent on success. `startedUnixMicros` is when the
   * handler was called, as this platform's own runtime client reports it.
   */
  | ({ event: 'response'; requestId: string; startedUnixMicros?: number; error?: string } & OfSandbox)
  | ({ event: 'freeze' | 'thaw' } & OfSandbox)
  /**
   * The platform ends a sandbox. `idleMillis` is how long it was idle, absent if it was at work; `ageMillis` counts
   * from its birth. If a law ended it (not `deploy`): the law's name and the values behind its decision, such as
   * `limitMillis`.
   */
  | ({
      event: 'evict';
      reason: Eviction['reason'];
      idleMillis?: number;
      ageMillis: number;
      law?: string;
      details?: Readonly<Record<string, number>>;
    } & OfSandbox)
  | ({ event: 'reset'; reason: 'timeout' | 'init' | 'extension'; requestId?: string } & OfSandbox)
  /**
   * The process has ended, by its own exit (`exitCode`) or by a signal; `sandboxEnded` is false if the sandbox is kept
   * for another process.
   */
  | ({
      event: 'death';
      exitCode?: number;
      signal?: string;
      cause: EndCause;
      sandboxEnded: boolean;
    } & OfSandbox);
