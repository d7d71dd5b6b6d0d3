import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { isTransient, readStartTicks } from '@sandscope/probes/inside';
import type { SandboxStamp } from './sandbox-stamp.ts';
import { removeStamp, stampPath, stampText, writeStamp } from './stamp-file.ts';
import type { StampOwner } from './stamp-file.ts';

const STAMP = /^([0-9a-f]{32}) (\d{1,10}) (\d{1,19}|-)\n$/;

/**
 * The sandbox's id if it could not simply be stamped: the id in the existing stamp, or a new one that is stamped later
 * or never. Never throws.
 *
 * @param newId used if the existing stamp is not this sandbox's
 * @param failure of the first attempt to stamp it; undefined if there was none
 */
export function claimExisting(owner: StampOwner, newId: string, failure: unknown): SandboxStamp {
  const path = stampPath(owner);
  if (path !== undefined && hasCode(failure, 'EEXIST')) {
    const found = inheritedStamp(path, owner, newId);
    if (found !== undefined) {
      const renew = (): void => writeStamp(path, found.id, owner);
      return { ...found, path, remove: () => removeStamp(path), renew };
    }
  }
  return new LateStamp(owner, newId, owner.scope === 'later' || isTransient(failure));
}

/** A new id that is not stamped yet, or never will be. */
class LateStamp implements SandboxStamp {
  readonly id: string;
  readonly restarted = false;
  readonly #owner: StampOwner;
  #waits: boolean;
  #path: string | undefined;

  constructor(owner: StampOwner, id: string, waits: boolean) {
    this.#owner = owner;
    this.id = id;
    this.#waits = waits;
  }

  get path(): string | undefined {
    if (this.#waits) {
      try {
        const path = stampPath(this.#owner);
        if (path !== undefined) writeStamp(path, this.id, this.#owner);
        this.#path = path;
        this.#waits = this.#owner.scope === 'later';
      } catch (error) {
        // A stamp that exists by now belongs to another process.
        this.#waits = isTransient(error);
      }
    }
    return this.#path;
  }

  remove(): void {
    this.#waits = false;
    if (this.#path !== undefined) removeStamp(this.#path);
  }

  renew(): void {
    if (this.#path !== undefined) writeStamp(this.#path, this.id, this.#owner);
  }
}

/**
 * The id in the stamp at `path`, if it passes to `owner`: the stamp is its own, or the stamp's process is dead and
 * no other process claims it. A stamp from a pid namespace that no longer exists belongs to another sandbox; it is
 * replaced by one with the id `newId`. Undefined otherwise. Never throws.
 */
function inheritedStamp(
  path: string,
  owner: StampOwner,
  newId: string,
): Pick<SandboxStamp, 'id' | 'restarted' | 'previousStartTicks'> | undefined {
  const found = readStamp(path);
  if (found === undefined) return undefined;
  if (found.pid === owner.pid && found.startTicks === owner.startTicks)
    return { id: found.id, restarted: false };
  const foreign = !owner.changesNamespace && isOlderThanNamespace(found);
  const id = foreign ? newId : found.id;
  if ((!foreign && isAlive(found)) || !takeOver(path, found, stampText(id, owner))) return undefined;
  return foreign ? { id, restarted: false } : { id, restarted: true, previousStartTicks: found.startTicks };
}

interface StampContent {
  readonly id: string;
  readonly pid: number;
  readonly startTicks: number | undefined;
}

/** Undefined for anything that this user did not write as a stamp: others may write to the temp directory too. */
function readStamp(path: string): StampContent | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile() || (process.getuid && stat.uid !== process.getuid())) return undefined;
    const buffer = Buffer.alloc(128);
    const [, id, pid, ticks] = STAMP.exec(buffer.toString('latin1', 0, readSync(fd, buffer))) ?? [];
    if (id === undefined) return undefined;
    return { id, pid: Number(pid), startTicks: ticks === '-' ? undefined : Number(ticks) };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) close(fd);
  }
}

function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The program has closed it already.
  }
}

function isAlive({ pid, startTicks }: StampContent): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  // Pids are reused; the start time is then a different one.
  const ticks = isOwnProc() ? readStartTicks(pid) : undefined;
  return ticks === undefined || startTicks === undefined || ticks === startTicks;
}

/** Whether the first process of this pid namespace started after the stamp's: the namespace's number was reused. */
function isOlderThanNamespace({ startTicks }: StampContent): boolean {
  const firstTicks = isOwnProc() ? readStartTicks(1) : undefined;
  return firstTicks !== undefined && startTicks !== undefined && startTicks < firstTicks;
}

/** Whether /proc shows this process's own pid namespace. */
function isOwnProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

/** If several processes find the same dead owner, only one gets its id; the others count as new. */
function takeOver(path: string, dead: StampContent, text: string): boolean {
  const own = `${path}.${dead.pid}-${dead.startTicks ?? 0}`;
  try {
    writeFileSync(own, text, { flag: 'wx', mode: 0o600 });
  } catch {
    return false;
  }
  try {
    const still = readStamp(path);
    if (still?.pid === dead.pid && still.startTicks === dead.startTicks) {
      renameSync(own, path);
      return true;
    }
    unlinkSync(own);
  } catch {
    // The folder has been removed meanwhile.
  }
  return false;
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | undefined)?.code === code;
}
