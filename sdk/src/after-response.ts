/**
 * Calls `work` when a result that is handed back now has left. A runtime posts it in the promise jobs that follow, or in
 * an immediate of its own (aws-lambda-ric 4 does); so it is not the next turn of the event loop but the one after.
 */
export function afterResponse(work: () => void): void {
  setImmediate(setImmediate, work);
}
