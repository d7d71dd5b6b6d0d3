/** The collector's conclusions about the cold starts of one function; unknown values are absent. */
export interface Advice {
  /** Median time that a caller waits, ms. */
  readonly costMs?: number;
  /** The cause that costs callers most. */
  readonly mainCause?: string;
  /** Share of the cold starts with that cause, 0 to 1. */
  readonly mainShare?: number;
  readonly pingIntervalMs?: number;
  readonly concurrentPings?: number;
  /** How much of the data for advice on pings is available: `4 of 10 ends by idleness`. */
  readonly keepWarmLacks?: string;
}

interface ColdStartsAnswer {
  readonly functions: readonly {
    readonly function: string;
    readonly phases: { readonly totalMs: { readonly value?: number } };
    readonly mainCause?: string;
    readonly ledger: readonly { readonly cause: string; readonly share: { readonly value?: number } }[];
  }[];
}

interface KeepWarmAnswer {
  readonly functions: readonly {
    readonly function: string;
    readonly pingIntervalMs?: number;
    readonly concurrentPings?: number;
    readonly missing: readonly { readonly what: string; readonly n: number; readonly needed: number }[];
  }[];
}

/** Advice for each function, from the answers of `/api/v1/cold-starts` and `/api/v1/keep-warm`. */
export function adviceOf(cold: ColdStartsAnswer, warm: KeepWarmAnswer): Map<string, Advice> {
  const warmOf = new Map(warm.functions.map((own) => [own.function, own]));
  return new Map(
    cold.functions.map(({ function: name, phases, mainCause, ledger }) => {
      const main = ledger.find(({ cause }) => cause === mainCause);
      const { pingIntervalMs, concurrentPings, missing = [] } = warmOf.get(name) ?? {};
      const [lack] = missing;
      const advice: Advice = {
        ...(phases.totalMs.value !== undefined && { costMs: phases.totalMs.value }),
        ...(mainCause !== undefined && { mainCause }),
        ...(main?.share.value !== undefined && { mainShare: main.share.value }),
        ...(pingIntervalMs !== undefined && { pingIntervalMs }),
        ...(concurrentPings !== undefined && { concurrentPings }),
        ...(pingIntervalMs === undefined &&
          lack && { keepWarmLacks: `${lack.n} of ${lack.needed} ${lack.what.split(',', 1)[0]}` }),
      };
      return [name, advice] as const;
    }),
  );
}
