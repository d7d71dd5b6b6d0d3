import type { Option, Settings } from '../config/index.ts';

/** One command of `sandscope`. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly options: readonly Option[];
  /** Positional arguments as the help shows them; the last may end with `...`. Default none. */
  readonly positionals?: readonly string[];
  /** Shown under the options. */
  readonly notes?: string;
  /** True when the command reports unread variables in its own way; other commands print them to standard error. */
  readonly tellsWarnings?: boolean;
  /** Rejects with a {@link CollectorError} whose code decides the exit code. */
  readonly run: (settings: Settings) => Promise<void>;
}
