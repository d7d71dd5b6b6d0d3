import type { ExpirySpec } from './expiry/registry.ts';
import type { FunctionId } from './function-name.ts';

/** The deployed function that something happened to. */
export interface OfFunction extends Pick<FunctionId, 'region' | 'account'> {
  readonly function: string;
}

export interface OfSandbox extends OfFunction {
  readonly sandbox: string;
  readonly host: string;
}

/**
 * Why a sandbox or one of its processes ended: `idle` and `age` by an expiry law, `deploy` by a new version, `stop` with
 * the platform, `timeout`, `init` and `extension` by a reset, `exit` by itself or by somebody else.
 */
export type EndCause = 'idle' | 'age' | 'deploy' | 'stop' | 'timeout' | 'init' | 'extension' | 'exit';

/** What made the platform end a sandbox. */
export type Eviction =
  | {
      readonly reason: 'idle' | 'age';
      /** The law that ended it, and the numbers that led to it. */
      readonly law: string;
      readonly details: Readonly<Record<string, number>>;
    }
  | { readonly reason: 'deploy' };

/** What happened, as the platform that made it happen knows it. */
export type TruthEvent =
  | {
      event: 'host';
      host: string;
      region: string;
      mode: 'namespaces' | 'declared';
      bootId?: string;
      bootOffsetSeconds?: number;
    }
  /**
   * A version of a function is in place: at the start, `revision` 1, and with every deploy. It says by which policies
   * its sandboxes are used and ended: the times of `expiry` are as configured, divided by `timeScale` on this platform.
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
      timeScale: number;
      seed: number;
      /** CPU time in each period after init, µs; absent: not limited. */
      cpuQuotaMicros?: number;
      cpuPeriodMicros?: number;
      /** What becomes of the sandboxes of the revision before. */
      old?: 'drain' | 'kill';
    } & OfFunction)
  /** `restart`: a process is started anew in a sandbox that had one before. */
  | ({ event: 'birth' | 'restart'; pid: number; logStream: string; revision: number } & OfSandbox)
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
  /**
   * The platform ends a sandbox. `idleMillis` is how long it was idle, absent when it was at work; `ageMillis` counts
   * from its birth. By a law (not `deploy`): its name and the numbers that led to it, such as `limitMillis`.
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
   * The process is gone, by its own exit (`exitCode`) or by a signal; `sandboxEnded` is false when the sandbox stays for
   * another process.
   */
  | ({
      event: 'death';
      exitCode?: number;
      signal?: string;
      cause: EndCause;
      sandboxEnded: boolean;
    } & OfSandbox);
