import { constants, unlink } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProbeError } from '../errors.ts';
import { readTempSpace } from '../inside/temp-space.ts';
import { bounded, Deadline, median } from './bounds.ts';
import type { ProbeBounds } from './bounds.ts';

export interface DiskProbeOptions extends ProbeBounds {
  /** Folder of the file; default the temp directory. */
  readonly folder?: string;
  /** Size of the file, default 4 MiB, 64 KiB to 256 MiB, at most a quarter of the free space. */
  readonly bytes?: number;
}

/** Results of one disk probe; parts that the time did not suffice for are absent. Times in ms. */
export interface DiskProbe {
  /** Whether everything was measured. */
  readonly completed: boolean;
  /** Size of the file that was to be written and read back. */
  readonly bytes: number;
  /** Time to write it into the page cache, 64 KiB per call. */
  readonly writeMs?: number;
  /** Time to flush it to the device, fdatasync(2). */
  readonly syncMs?: number;
  /** Time to read it back: usually from the page cache, so this is the speed of the file system, not of the device. */
  readonly readMs?: number;
  /** Median of up to 32 writes of 4 KiB. */
  readonly smallWriteMs?: number;
  /** Median of up to 16 writes of 4 KiB, each flushed to the device at once. */
  readonly smallSyncWriteMs?: number;
}

const BLOCK_BYTES = 65_536;
const SMALL_BYTES = 4096;
const SMALL_WRITES = 32;
const SMALL_SYNC_WRITES = 16;

/**
 * Measures the file system of `folder`: writing with and without a flush to the device, and reading back, in large and
 * in small pieces. Takes about 10 ms on a local disk; stops after `timeoutMillis` (1000; 10 to 60000). Runs in Node's
 * thread pool, so the event loop stays free. The file has no name while it is written, so nothing is left behind even
 * if the process is killed.
 *
 * @throws {ProbeError} `ERR_PROBE_DISK` if the file cannot be created or written
 */
export async function probeDisk(options: DiskProbeOptions = {}): Promise<DiskProbe> {
  const folder = options.folder ?? tmpdir();
  // Never more than a quarter of the free space: the disk belongs to the function.
  const room = (readTempSpace(folder)?.availableBytes ?? Infinity) / 4;
  const wanted = Math.min(bounded(options.bytes, 4 << 20, BLOCK_BYTES, 256 << 20), room);
  const bytes = Math.max(1, Math.floor(wanted / BLOCK_BYTES)) * BLOCK_BYTES;
  const deadline = new Deadline(bounded(options.timeoutMillis, 1000, 10, 60_000));
  const figures: { -readonly [key in keyof DiskProbe]: DiskProbe[key] } = { completed: false, bytes };
  try {
    const opening = openNameless(folder);
    const opened = await deadline.time(opening);
    if (opened === undefined) {
      void opening.then(close, () => undefined);
      return figures;
    }
    const file = opened.value;
    const work = measure(file, bytes, deadline, figures);
    try {
      await deadline.time(work);
    } finally {
      // Not before the last operation: it may take longer than any caller waits.
      void work.catch(() => undefined).then(() => close(file));
    }
    return { ...figures };
  } catch (error) {
    throw new ProbeError('ERR_PROBE_DISK', 'the disk cannot be probed', { cause: error });
  } finally {
    deadline.clear();
  }
}

async function measure(
  file: FileHandle,
  bytes: number,
  deadline: Deadline,
  figures: { -readonly [key in keyof DiskProbe]: DiskProbe[key] },
): Promise<void> {
  const block = randomBlock(BLOCK_BYTES);
  const each = async (step: (at: number) => Promise<unknown>): Promise<number | undefined> => {
    const startMs = performance.now();
    for (let at = 0; at < bytes; at += BLOCK_BYTES) {
      if (deadline.passed) return undefined;
      await step(at);
    }
    return performance.now() - startMs;
  };
  const small = async (count: number, sync: boolean): Promise<number | undefined> => {
    const times: number[] = [];
    for (let i = 0; i < count && !deadline.passed; i += 1) {
      const startMs = performance.now();
      await file.write(block, 0, SMALL_BYTES, (i * SMALL_BYTES) % bytes);
      if (sync) await file.datasync();
      times.push(performance.now() - startMs);
    }
    return median(times);
  };
  const keep = (name: Exclude<keyof DiskProbe, 'completed' | 'bytes'>, ms: number | undefined): void => {
    if (ms !== undefined) figures[name] = ms;
  };
  keep('writeMs', await each((at) => file.write(block, 0, BLOCK_BYTES, at)));
  const syncStartMs = performance.now();
  if (deadline.passed) return;
  await file.datasync();
  keep('syncMs', performance.now() - syncStartMs);
  keep('readMs', await each((at) => file.read(block, 0, BLOCK_BYTES, at)));
  keep('smallWriteMs', await small(SMALL_WRITES, false));
  keep('smallSyncWriteMs', await small(SMALL_SYNC_WRITES, true));
  figures.completed = !deadline.passed;
}

async function openNameless(folder: string): Promise<FileHandle> {
  const name = `sandscope-probe-${process.pid}-${process.hrtime.bigint().toString(36)}`;
  const path = join(folder, name);
  const { open } = await import('node:fs/promises');
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  const file = await open(path, flags, 0o600);
  // On systems where an open file keeps its name (Windows), it is removed when it is closed.
  unlink(path, (error) => {
    if (error !== null) leftovers.set(file, path);
  });
  return file;
}

const leftovers = new WeakMap<FileHandle, string>();

async function close(file: FileHandle): Promise<void> {
  const path = leftovers.get(file);
  await file.close().catch(() => undefined);
  if (path !== undefined) unlink(path, () => undefined);
}

/** Not all the same byte: some file systems store such a block as nothing. */
function randomBlock(bytes: number): Buffer {
  const block = Buffer.allocUnsafe(bytes);
  let state = Number(process.hrtime.bigint() & 0x7fffffffn) | 1;
  for (let i = 0; i < bytes; i += 4) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    block.writeInt32LE(state | 0, i);
  }
  return block;
}
