import type { HostConfidence } from '@sandscope/probes/semconv';

/** What a sandbox told of its kernel and host; empty text is what it did not tell. */
export interface SandboxFacts {
  /** Its lifeline key, where that was made already. */
  readonly key?: string;
  readonly function: string;
  /** What it is known by: the platform's name of it, else its id. */
  readonly environment: string;
  readonly sandboxId: string;
  /** Name of the attribute that the id comes from; empty where that was not kept. */
  readonly sandboxIdSource: string;
  readonly instance: string;
  readonly bootId: string;
  /** When its kernel booted, ms since the epoch; several readings differ, by much where the clock was set. */
  readonly bootTime?: { readonly minMs: number; readonly maxMs: number };
  /** `shared`, `microvm`, `gvisor`, `unknown` or empty. */
  readonly isolation: string;
  readonly initTypes: readonly string[];
  readonly declaredHostId: string;
  /** A hardware class. */
  readonly fingerprint: string;
  readonly cpuModel: string;
  readonly memoryBytes?: number;
  /** Whether it numbers its invocations. */
  readonly tellsOrdinals: boolean;
  readonly platform: string;
  readonly region: string;
  readonly accountId: string;
  readonly firstStartMs: number;
  readonly lastEndMs: number;
}

/** The host of a sandbox, or the honest absence of one. */
export interface HostOf {
  /** Absent when the confidence is `none`. */
  readonly id?: string;
  readonly confidence: HostConfidence;
  /** What the id rests on, in sentences for a reader. */
  readonly evidence: readonly string[];
}
