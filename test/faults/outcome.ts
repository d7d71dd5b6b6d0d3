/** What one kind of fault did to a collector under load. */
export interface Outcome {
  /** As the page names it. */
  readonly fault: string;
  /** Times the fault was made. */
  readonly rounds: number;
  /** Answered 200. */
  readonly acknowledgedSpans: number;
  /** Of these, not in the store afterwards, as spans or as invocations. Must be 0. */
  readonly lostSpans: number;
  /** Of these, rows in `otel_traces` beyond one a span. Must be 0. */
  readonly repeatedSpans: number;
  /** Invocations counted more than once. Must be 0. */
  readonly repeatedInvocations: number;
  /** Answers nobody should get: neither 200 nor one that says to try again. Must be 0. */
  readonly wrongAnswers: number;
  /** Ends of the server that the fault did not make. Must be 0. */
  readonly crashes: number;
  readonly peakServerBytes: number;
  /** Absent when the fault has nothing to do with the engine. */
  readonly peakEngineBytes?: number;
  readonly seconds: number;
  /** What else was measured; names end in their unit. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One kind of fault, at the scale of a test or of a long run. */
export interface Fault {
  readonly name: string;
  /** Resolves when it was made `rounds` times. @throws {Skipped} where this machine cannot make it */
  run(rounds: number): Promise<Outcome>;
  readonly shortRounds: number;
  readonly longRounds: number;
}

/** This machine cannot make the fault. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
