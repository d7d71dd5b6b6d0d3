import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash64 } from '@sandscope/probes/inside';

/** The identity of this process, and what distinguishes its sandbox from others that share the temp directory. */
export interface StampOwner {
  /** Temp directory of the sandbox. */
  readonly folder: string;
  /** Distinguishes the sandbox; `later` as long as a part cannot be read, undefined if it never can. */
  readonly scope: readonly string[] | 'later' | undefined;
  readonly pid: number;
  /** Field 22 of /proc/self/stat; undefined without /proc. */
  readonly startTicks: number | undefined;
  /** The platform may restart the process in another pid namespace, with the same scope. */
  readonly changesNamespace?: boolean;
}

/** Path of the stamp; undefined as long as it is unknown. */
export function stampPath({ folder, scope }: StampOwner): string | undefined {
  if (scope === undefined || scope === 'later') return undefined;
  return join(folder, `.sandscope-${hash64(JSON.stringify(scope))}`);
}

/** Throws if there is one already. */
export function writeStamp(path: string, id: string, owner: StampOwner): void {
  writeFileSync(path, stampText(id, owner), { flag: 'wx', mode: 0o600 });
}

/** The content of a stamp: id, pid and start of the process. */
export function stampText(id: string, { pid, startTicks }: StampOwner): string {
  return `${id} ${pid} ${startTicks ?? '-'}\n`;
}

/** Never throws. */
export function removeStamp(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays, but its process will be dead.
  }
}
