/** The effects of one kind of fault on a collector under load. */
export interface Outcome {
  /** Its name on the page. */
  readonly fault: string;
  /** How many times the fault was made. */
  readonly rounds: number;
  /** Spans answered with 200. */
  readonly acknowledgedSpans: number;
  /** Of these, missing in the store afterwards, as spans or as invocations. Must be 0. */
  readonly lostSpans: number;
  /** Of these, rows in `otel_traces` beyond one per span. Must be 0. */
  readonly repeatedSpans: number;
  /** Invocations counted more than once. Must be 0. */
  readonly repeatedInvocations: number;
  /** Forbidden answers: neither 200 nor one that asks for a retry. Must be 0. */
  readonly wrongAnswers: number;
  /** Ends of the server that the fault did not cause. Must be 0. */
  readonly crashes: number;
  readonly peakServerBytes: number;
  /** Absent if the fault does not concern the engine. */
  readonly peakEngineBytes?: number;
  readonly seconds: number;
  /** Other measurements; names end in their unit. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One kind of fault, at the scale of a test or of a long run. */
export interface Fault {
  readonly name: string;
  /** Resolves when it was made `rounds` times. @throws {Skipped} if this machine cannot make it */
  run(rounds: number): Promise<Outcome>;
  readonly shortRounds: number;
  readonly longRounds: number;
}

/** This machine cannot make the fault. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
