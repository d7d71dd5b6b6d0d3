import { randomHex } from '../trace/random-id.ts';
import { rareCases } from './on-demand.ts';
import { removeStamp, stampPath, writeStamp } from './stamp-file.ts';
import type { StampOwner } from './stamp-file.ts';

/** The sandbox's id. */
export interface SandboxStamp {
  /** 32 hex digits. */
  readonly id: string;
  /** True if an earlier process of the same sandbox left it: the platform restarted only the process. */
  readonly restarted: boolean;
  /** Start of the previous process that stamped it, clock ticks; undefined if there was none or it is unknown. */
  readonly previousStartTicks?: number | undefined;
  /** File of the stamp; undefined as long as nothing could be stamped. Stamps now if it was postponed. Never throws. */
  readonly path: string | undefined;
  /** Removes the stamp: this sandbox is over. Never throws. */
  readonly remove: () => void;
  /** Restores a removed stamp: the sandbox is not over after all. */
  readonly renew: () => void;
}

/**
 * Generates the id of this sandbox, or finds the one that a dead process of the same sandbox stamped into its temp
 * directory. The stamp of a process that is still alive belongs to a neighbour: the id is then new and not stamped.
 * Never throws; without a writable temp directory the id is simply new. If only file descriptors are lacking, it is
 * stamped later.
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
  return rareCases().claimExisting(owner, id, failure);
}

/** An id that exists only in this process. */
export function unstamped(id = randomHex(16)): SandboxStamp {
  const nothing = (): void => undefined;
  return { id, restarted: false, path: undefined, remove: nothing, renew: nothing };
}
