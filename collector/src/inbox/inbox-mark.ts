import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file beside the inbox. */
const MARK_FILE = 'inbox.json';
/** The tables of an embedded engine; a directory that has them has also had an inbox. */
const TABLES_DIRECTORY = 'engine';
/** A copy that became an independent inbox continues with far higher numbers; the gap below them is no loss. */
const LARGEST_LOSS = 500_000_000;

/** What is remembered about the inbox. */
interface Mark {
  readonly id: string;
  /** The number of its newest request at the time of writing. */
  readonly newestSeq: number;
}

/** The state of the inbox when it was opened. */
export interface Found extends Mark {
  /** There was a file, and it was not empty. */
  readonly wasThere: boolean;
  /** The store has everything up to here. */
  readonly storedTo: number;
  /** Requests after that. */
  readonly waiting: number;
}

/** True for a file that is not empty. */
export function isThere(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** A description of what the inbox lost since it was last open; undefined when no loss is known. */
export function lossOf(path: string, found: Found): string | undefined {
  const mark = readMark(path);
  const lost = 'acknowledged requests that were not yet stored are lost';
  if (mark !== undefined && mark.id !== found.id) {
    return `the inbox ${path} is not the previous one, which had received at least ${mark.newestSeq} requests; ${lost}`;
  }
  if (mark !== undefined && found.newestSeq < mark.newestSeq) {
    return `the inbox ${path} is older than the previous one: it ends at request ${found.newestSeq}, not ${mark.newestSeq}; ${lost}`;
  }
  if (mark === undefined && !found.wasThere && existsSync(join(dirname(path), TABLES_DIRECTORY))) {
    return `there was no inbox ${path} beside the tables; ${lost}, if there were any`;
  }
  const missing = found.newestSeq - found.storedTo - found.waiting;
  if (missing <= 0 || missing > LARGEST_LOSS) return undefined;
  return `${missing} acknowledged requests that were not yet stored are missing in the inbox ${path}`;
}

/** Remembers the inbox. A disk that fails here is no reason to stop. */
export function writeMark(path: string, { id, newestSeq }: Mark): void {
  const file = join(dirname(path), MARK_FILE);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify({ id, newestSeq })}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // The next start tries again.
  }
}

/** For a file that has become a different inbox. */
export function forgetMark(path: string): void {
  rmSync(join(dirname(path), MARK_FILE), { force: true });
}

function readMark(path: string): Mark | undefined {
  try {
    const { id, newestSeq } = JSON.parse(readFileSync(join(dirname(path), MARK_FILE), 'utf8')) as Mark;
    return typeof id === 'string' && typeof newestSeq === 'number' ? { id, newestSeq } : undefined;
  } catch {
    return undefined;
  }
}
