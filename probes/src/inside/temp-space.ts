import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { noteFailure } from './transient.ts';

/** Space on the file system of the temp directory, bytes. */
export interface TempSpace {
  readonly totalBytes: number;
  /** In use by anyone, not only by this function. */
  readonly usedBytes: number;
  /** Space that an ordinary user may still write. */
  readonly availableBytes: number;
  /** Kind of file system, such as `tmpfs`; absent for unknown kinds. */
  readonly filesystem?: string;
}

/** Result of statfs(2). */
export interface FileSystemStatus {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}

// Magic numbers of include/uapi/linux/magic.h.
const KINDS = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlay'],
  [0x01021997, '9p'],
  [0x6969, 'nfs'],
  [0x65735546, 'fuse'],
  [0x2fc12fc1, 'zfs'],
]);

/** Bytes from statfs(2); undefined for a file system without blocks (such as /proc) and for impossible numbers. */
export function tempSpace({ type, bsize, blocks, bfree, bavail }: FileSystemStatus): TempSpace | undefined {
  if (!(blocks > 0) || !(bsize > 0) || !(bfree <= blocks) || !(bavail <= blocks)) return undefined;
  const totalBytes = blocks * bsize;
  const usedBytes = (blocks - bfree) * bsize;
  const availableBytes = bavail * bsize;
  if (![totalBytes, usedBytes, availableBytes].every(isSize)) return undefined;
  // Negative if the word is read as signed.
  const filesystem = KINDS.get(type < 0 ? type + 2 ** 32 : type);
  return { totalBytes, usedBytes, availableBytes, ...(filesystem !== undefined && { filesystem }) };
}

/**
 * Space in `folder` (default the temp directory): one statfs(2), about 5 µs on a local disk. Undefined if unknown.
 * Never throws. Blocks as long as the file system does, so do not call it before a response.
 */
export function readTempSpace(folder?: string): TempSpace | undefined {
  try {
    return tempSpace(statfsSync(folder ?? tmpdir()));
  } catch (error) {
    noteFailure(error);
    return undefined;
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
