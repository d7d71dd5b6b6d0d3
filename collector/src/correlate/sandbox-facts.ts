import type { HostConfidence } from '@sandscope/probes/semconv';

/** What a sandbox reported about its kernel and host; empty text for unreported values. */
export interface SandboxFacts {
  /** Its lifeline key, if already computed. */
  readonly key?: string;
  readonly function: string;
  /** Its name: the platform's name of it, else its id. */
  readonly environment: string;
  readonly sandboxId: string;
  /** Name of the attribute that the id comes from; empty where it was not recorded. */
  readonly sandboxIdSource: string;
  readonly instance: string;
  readonly bootId: string;
  /** When its kernel booted, ms since the epoch. Readings differ, by much if the clock was set. */
  readonly bootTime?: { readonly minMs: number; readonly maxMs: number };
  /** `shared`, `microvm`, `gvisor`, `unknown` or empty. */
  readonly isolation: string;
  readonly initTypes: readonly string[];
  readonly declaredHostId: string;
  /** The hardware class. */
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

/** The host of a sandbox, or the explicit statement that it is unknown. */
export interface HostOf {
  /** Absent when the confidence is `none`. */
  readonly id?: string;
  readonly confidence: HostConfidence;
  /** The reasons for the id, in sentences for a reader. */
  readonly evidence: readonly string[];
}

/** Whether a sandbox reports a snapshot or a private kernel. */
export function hasPrivateKernel(fact: SandboxFacts): boolean {
  return fact.isolation === 'microvm' || fact.isolation === 'gvisor' || fact.initTypes.includes('restored');
}
