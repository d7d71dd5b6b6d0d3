import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { hash64, readStartTicks } from '@sandscope/probes/inside';
import { randomHex } from './random-id.ts';

const STAMP = /^([0-9a-f]{32}) (\d{1,10}) (\d{1,19}|-)\n$/;

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
  const stamped = (id: string, restarted: boolean): SandboxStamp => ({
    id,
    restarted,
    path,
    remove: () => rmSync(path, { force: true }),
  });
  const text = (id: string): string => `${id} ${owner.pid} ${owner.startTicks ?? '-'}\n`;
  try {
    writeFileSync(path, text(minted), { flag: 'wx', mode: 0o600 });
    return stamped(minted, false);
  } catch {
    // Taken, or the folder cannot be written.
  }
  const found = readStamp(path);
  if (found?.pid === owner.pid && found.startTicks === owner.startTicks) return stamped(found.id, false);
  if (found !== undefined && !isAlive(found) && takeOver(path, found, text(found.id))) {
    return { ...stamped(found.id, true), previousStartTicks: found.startTicks };
  }
  return { id: minted, restarted: false, path: undefined, remove: () => undefined };
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
