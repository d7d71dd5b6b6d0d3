const said = new Set<string>();
let failures = 0;

/** Writes one line to standard error, once a process for each `topic`. */
export function reportOnce(topic: string, message: string): void {
  if (said.has(topic)) return;
  said.add(topic);
  try {
    process.stderr.write(`sandscope: ${message}\n`);
  } catch {
    // Nowhere left to say it.
  }
}

/** Counts a failure inside Sandscope and reports the first of each `topic`; the function goes on. */
export function reportFailure(topic: string, error: unknown): void {
  failures += 1;
  let what = 'unknown error';
  try {
    what = error instanceof Error ? error.message : String(error);
  } catch {
    // An error that cannot be read is still an error.
  }
  reportOnce(`failure:${topic}`, `${topic} failed and is left out: ${what}`);
}

/** Failures counted in this process. */
export function failureCount(): number {
  return failures;
}

/** What `step` returns; undefined when it throws, which is counted and reported once under `topic`. */
export function guarded<T>(topic: string, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    reportFailure(topic, error);
    return undefined;
  }
}
