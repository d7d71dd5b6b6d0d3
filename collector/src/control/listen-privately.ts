import { once } from 'node:events';
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';

/** Access for the owner only. */
const PRIVATE_UMASK = 0o177;

/**
 * Listens on a socket that only the owner (and root) can open. The caller holds the directory's lock, so an existing
 * one was left behind by a killed process.
 *
 * @throws the error of the file system, or an error if something other than a socket has its name
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  removeStale(path);
  const listening = once(server, 'listening');
  // Bound before this returns, so there is no moment in which others could connect.
  const before = process.umask(PRIVATE_UMASK);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await listening;
  chmodSync(path, 0o600); // whatever default ACLs the directory has
}

function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error('a file with that name exists and is not a socket');
  unlinkSync(path);
}
