import type { Option, Settings } from '../config/index.ts';

/** One command of `sandscope`. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly options: readonly Option[];
  /** What it takes besides options, as the help shows it; the last may end with `...`. Default nothing. */
  readonly positionals?: readonly string[];
  /** Shown under the options. */
  readonly notes?: string;
  /** It tells of variables that nobody reads in its own way; of other commands they are lines on standard error. */
  readonly tellsWarnings?: boolean;
  /** Rejects with a {@link CollectorError} whose code decides the exit code. */
  readonly run: (settings: Settings) => Promise<void>;
}
