import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readStartTicks } from '@sandscope/probes/inside';
import { stampText } from './sandbox-stamp.ts';
import type { SandboxStamp, StampOwner } from './sandbox-stamp.ts';

const STAMP = /^([0-9a-f]{32}) (\d{1,10}) (\d{1,19}|-)\n$/;

/**
 * The id in the stamp at `path` when it passes on to `owner`: it is its own, or its process is dead and no other takes
 * it. Undefined otherwise. Never throws.
 */
export function inheritStamp(
  path: string,
  owner: Pick<StampOwner, 'pid' | 'startTicks'>,
): Pick<SandboxStamp, 'id' | 'restarted' | 'previousStartTicks'> | undefined {
  const found = readStamp(path);
  if (found === undefined) return undefined;
  if (found.pid === owner.pid && found.startTicks === owner.startTicks)
    return { id: found.id, restarted: false };
  if (isAlive(found) || !takeOver(path, found, stampText(found.id, owner))) return undefined;
  return { id: found.id, restarted: true, previousStartTicks: found.startTicks };
}

interface StampContent {
  readonly id: string;
  readonly pid: number;
  readonly startTicks: number | undefined;
}

/** Undefined for anything that this user did not write as a stamp: others may write to the temp directory, too. */
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
    if (fd !== undefined) closeSync(fd);
  }
}

function isAlive({ pid, startTicks }: StampContent): boolean {
  if (startTicks !== undefined) return readStartTicks(pid) === startTicks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Of several processes that find the same dead owner only one gets its id; the others count as new. */
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
    // The folder was taken away meanwhile.
  }
  return false;
}
