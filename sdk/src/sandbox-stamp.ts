import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash64 } from '@sandscope/probes/inside';
import { late } from './late.ts';
import { randomHex } from './random-id.ts';

/** Who this process is, and what tells its sandbox from the ones that share the temp directory. */
export interface StampOwner {
  /** Temp directory of the sandbox. */
  readonly folder: string;
  /** Platform's name of the sandbox or host name, function name, boot id. */
  readonly scope: readonly string[];
  readonly pid: number;
  /** Field 22 of /proc/self/stat; undefined without /proc. */
  readonly startTicks: number | undefined;
}

/** The sandbox's id. */
export interface SandboxStamp {
  /** 32 hex digits. */
  readonly id: string;
  /** True when an earlier process of the same sandbox left it: the platform restarted the process only. */
  readonly restarted: boolean;
  /** Start of the process that stamped it before this one, clock ticks; undefined when there was none or it is unknown. */
  readonly previousStartTicks?: number | undefined;
  /** File of the stamp; undefined when nothing could be stamped. */
  readonly path: string | undefined;
  /** Takes the stamp away: this sandbox is over. */
  readonly remove: () => void;
}

/**
 * Mints the id of this sandbox, or finds the one a dead process of the same sandbox stamped into its temp directory.
 * A stamp of a process that still lives is a neighbour's: then the id is new and not stamped. Never throws; without a
 * writable temp directory the id is simply new.
 */
export function claimSandbox(owner: StampOwner): SandboxStamp {
  const path = join(owner.folder, `.sandscope-${hash64(JSON.stringify(owner.scope))}`);
  const minted = randomHex(16);
  const remove = (): void => rmSync(path, { force: true });
  try {
    writeFileSync(path, stampText(minted, owner), { flag: 'wx', mode: 0o600 });
    return { id: minted, restarted: false, path, remove };
  } catch {
    // Taken, or the folder cannot be written.
  }
  const found = late().inheritStamp(path, owner);
  return found === undefined
    ? { id: minted, restarted: false, path: undefined, remove: () => undefined }
    : { ...found, path, remove };
}

/** What a stamp says: id, pid and start of the process. */
export function stampText(id: string, { pid, startTicks }: Pick<StampOwner, 'pid' | 'startTicks'>): string {
  return `${id} ${pid} ${startTicks ?? '-'}\n`;
}
