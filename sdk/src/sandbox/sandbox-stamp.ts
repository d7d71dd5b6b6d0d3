import { late } from '../late.ts';
import { randomHex } from '../trace/random-id.ts';
import { removeStamp, stampPath, writeStamp } from './stamp-file.ts';
import type { StampOwner } from './stamp-file.ts';

/** The sandbox's id. */
export interface SandboxStamp {
  /** 32 hex digits. */
  readonly id: string;
  /** True when an earlier process of the same sandbox left it: the platform restarted the process only. */
  readonly restarted: boolean;
  /** Start of the process that stamped it before this one, clock ticks; undefined when there was none or it is unknown. */
  readonly previousStartTicks?: number | undefined;
  /** File of the stamp; undefined as long as nothing could be stamped. Stamps now what had to wait. Never throws. */
  readonly path: string | undefined;
  /** Takes the stamp away: this sandbox is over. Never throws. */
  readonly remove: () => void;
  /** Puts a stamp that was taken away back: it is not over after all. */
  readonly renew: () => void;
}

/**
 * Mints the id of this sandbox, or finds the one a dead process of the same sandbox stamped into its temp directory.
 * A stamp of a process that still lives is a neighbour's: then the id is new and not stamped. Never throws; without a
 * writable temp directory the id is simply new. Where there is just no file descriptor left it is stamped later.
 */
export function claimSandbox(owner: StampOwner): SandboxStamp {
  const id = randomHex(16);
  const path = stampPath(owner);
  let failure: unknown;
  try {
    if (path !== undefined) {
      writeStamp(path, id, owner);
      return {
        id,
        restarted: false,
        path,
        remove: () => removeStamp(path),
        renew: () => writeStamp(path, id, owner),
      };
    }
  } catch (error) {
    failure = error;
  }
  return late().claimOtherwise(owner, id, failure);
}

/** An id that stands nowhere but in this process. */
export function unstamped(id = randomHex(16)): SandboxStamp {
  const nothing = (): void => undefined;
  return { id, restarted: false, path: undefined, remove: nothing, renew: nothing };
}
