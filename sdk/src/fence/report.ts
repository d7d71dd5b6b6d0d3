import { writeSync } from 'node:fs';

const written = new Map<string, string>();

/** Writes one line to standard error, once per process and `topic`. Never throws. */
export function reportOnce(topic: string, message: string): void {
  if (written.has(topic)) return;
  const line = `sandscope: ${message}\n`;
  written.set(topic, line);
  try {
    // Not through the stream: it would report a closed pipe later, in an event that ends the process.
    writeSync(2, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE') return;
    try {
      process.stderr.write(line);
    } catch {
      // There is nowhere left to report it.
    }
  }
}

/** Reports the first failure inside Sandscope per `topic`. The program continues. Never throws. */
export function reportFailure(topic: string, error: unknown): void {
  let what = 'unknown error';
  try {
    what = error instanceof Error ? error.message : String(error);
  } catch {
    // An unreadable error still counts as an error.
  }
  reportOnce(`failure:${topic}`, `${topic} failed, continuing without it: ${what}`);
}

/** The lines that this process has written, oldest first. */
export function reports(): readonly string[] {
  return [...written.values()];
}

/** The result of `step`; undefined if it throws, which is reported once per `topic`. */
export function guarded<T>(topic: string, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    reportFailure(topic, error);
    return undefined;
  }
}

/**
 * `step` as a function that never throws, for everything that the runtime or the event loop calls: an error of ours
 * must not become an uncaught exception of the program.
 */
export function fenced<A extends readonly unknown[]>(
  topic: string,
  step: (...args: A) => unknown,
): (...args: A) => void {
  return (...args) => {
    try {
      step(...args);
    } catch (error) {
      reportFailure(topic, error);
    }
  };
}

/** Settles when `work` does, and never rejects: a rejection is reported once per `topic`. */
export function contained(topic: string, work: Promise<unknown>): Promise<void> {
  return work.then(nothing, (error: unknown) => reportFailure(topic, error));
}

function nothing(): void {
  // Nobody uses the resolved value.
}
