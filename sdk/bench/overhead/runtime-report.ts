/** Measurements of the runtime in a child process; one item per invocation, in order. */
export interface RuntimeReport {
  /** CPU time of the process from its start until the first handler call had settled, µs. */
  readonly startupCpuMicros: number;
  /** From the call of the (wrapped) handler until its promise settled, ns. */
  readonly callNanos: readonly number[];
  /** CPU time within the same window, µs. */
  readonly callCpuMicros: readonly number[];
  /**
   * CPU time from the settled call until the next event arrived, µs: posting the response, asking for the next event,
   * and everything that the instrumentation does after the response.
   */
  readonly restCpuMicros: readonly number[];
}
