import { copyFileSync, existsSync, renameSync } from 'node:fs';
import type { InboxOptions } from './inbox.ts';
import { Inbox } from './inbox.ts';
import { unreadableCommits } from './unreadable-log.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED = new Set([11, 26]);

/**
 * Opens the inbox of a server. An inbox damaged in more than single bodies would be refused at every start, and nothing
 * could be received. So it is moved aside unchanged, a new one takes its place, and a warning says so.
 *
 * @param prepare runs first, with the same file
 * @throws {CollectorError} as `new Inbox`
 */
export function openInbox(
  options: InboxOptions & Required<Pick<InboxOptions, 'warn'>>,
  prepare: () => void,
): Inbox {
  tellUnreadable(options);
  const open = (): Inbox => {
    prepare();
    return new Inbox(options);
  };
  try {
    return open();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const aside = putAside(options.path);
    options.warn(
      `the inbox ${options.path} is damaged (${error instanceof Error ? error.message : String(error)}): it was moved to ${aside}, and a new inbox was created`,
    );
    return open();
  }
}

/**
 * SQLite treats a damaged log as if it ended at the damage. A copy is kept, so that the rest may be recovered by hand.
 */
function tellUnreadable({ path, warn }: Required<Pick<InboxOptions, 'path' | 'warn'>>): void {
  const commits = unreadableCommits(`${path}-wal`);
  if (commits === 0) return;
  const aside = `${path}-wal.damaged-${now()}`;
  copyFileSync(`${path}-wal`, aside);
  warn(
    `the log of the inbox ${path} is damaged: ${commits} commits in it cannot be read, and acknowledged requests in them that were not yet stored are lost; a copy is in ${aside}`,
  );
}

const now = (): string => new Date().toISOString().replaceAll(':', '-');

function isDamaged(error: unknown): boolean {
  const { errcode, cause } = error as { errcode?: number; cause?: unknown };
  if (errcode !== undefined) return DAMAGED.has(errcode & 0xff);
  return cause instanceof Error && isDamaged(cause);
}

/**
 * Moves it with the files that belong to it, so that `sqlite3 FILE .recover` finds everything. Returns its new name.
 */
function putAside(path: string): string {
  const aside = `${path}.damaged-${now()}`;
  for (const end of ['-wal', '-shm', '']) {
    if (existsSync(path + end)) renameSync(path + end, aside + end);
  }
  return aside;
}
