import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash64 } from '@sandscope/probes/inside';

/** Who this process is, and what tells its sandbox from the ones that share the temp directory. */
export interface StampOwner {
  /** Temp directory of the sandbox. */
  readonly folder: string;
  /** What tells the sandbox from others; `later` as long as a part of it cannot be read, undefined for ever. */
  readonly scope: readonly string[] | 'later' | undefined;
  readonly pid: number;
  /** Field 22 of /proc/self/stat; undefined without /proc. */
  readonly startTicks: number | undefined;
  /** The platform may start the process again in another pid namespace, with the same scope. */
  readonly changesNamespace?: boolean;
}

/** Where the stamp belongs; undefined as long as that is not known. */
export function stampPath({ folder, scope }: StampOwner): string | undefined {
  if (scope === undefined || scope === 'later') return undefined;
  return join(folder, `.sandscope-${hash64(JSON.stringify(scope))}`);
}

/** Throws when there is one already. */
export function writeStamp(path: string, id: string, owner: StampOwner): void {
  writeFileSync(path, stampText(id, owner), { flag: 'wx', mode: 0o600 });
}

/** What a stamp says: id, pid and start of the process. */
export function stampText(id: string, { pid, startTicks }: StampOwner): string {
  return `${id} ${pid} ${startTicks ?? '-'}\n`;
}

/** Never throws. */
export function removeStamp(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays, and its process will be dead.
  }
}
