/**
 * Decides which hosts of a region fetch the code of a version before a sandbox there needs it. Without a decision, the
 * first sandbox on a host waits for its code. A host keeps the code that it has.
 */
export interface PrefetchPolicy {
  /** The version was deployed. @returns hosts that fetch the code now */
  deployed<H>(hosts: readonly H[]): readonly H[];
  /** A sandbox starts. @returns hosts that fetch the code now, besides that of the sandbox */
  started<H>(hosts: readonly H[]): readonly H[];
  /** A host was added. @returns whether it fetches the code now */
  added(): boolean;
}

/** A policy's entry in the registry. */
export interface PrefetchDefinition {
  /** Its name in the configuration. */
  readonly prefetch: string;
  /** Creates the policy of one version of a function. */
  start(): PrefetchPolicy;
}
