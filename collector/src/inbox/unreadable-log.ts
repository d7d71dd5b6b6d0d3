import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Layout of SQLite's write-ahead log, see https://www.sqlite.org/fileformat2.html#walformat. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

interface Sums {
  readonly a: number;
  readonly b: number;
}

/**
 * The number of commits in a write-ahead log behind a frame with a wrong checksum. SQLite silently takes the log to end
 * before that frame. That is right for the last write of a killed process, but it hides everything after a byte that
 * has changed.
 */
export function unreadableCommits(path: string): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return 0; // a proper end leaves no log
  }
  try {
    return countBehindDamage(file);
  } finally {
    closeSync(file);
  }
}

function countBehindDamage(file: number): number {
  const head = Buffer.alloc(HEADER_BYTES);
  if (readSync(file, head, 0, HEADER_BYTES, 0) < HEADER_BYTES) return 0;
  const magic = head.readUInt32BE(0);
  if ((magic & ~1) !== MAGIC) return 0;
  const isBigEndian = (magic & 1) === 1;
  const pageBytes = head.readUInt32BE(8);
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes);
  const end = fstatSync(file).size;
  let sums: Sums | undefined = addTo({ a: 0, b: 0 }, head.subarray(0, 24), isBigEndian);
  if (!isTold(sums, head, 24)) sums = undefined;
  let commits = 0;
  for (let at = HEADER_BYTES; at + frame.length <= end; at += frame.length) {
    readSync(file, frame, 0, frame.length, at);
    // Leftovers of an earlier round begin here.
    if (frame.compare(head, 16, 24, 8, 16) !== 0) break;
    if (sums !== undefined) {
      sums = addTo(sums, frame.subarray(0, 8), isBigEndian);
      sums = addTo(sums, frame.subarray(FRAME_HEADER_BYTES), isBigEndian);
      if (!isTold(sums, frame, 16)) sums = undefined;
    }
    if (sums === undefined && frame.readUInt32BE(4) !== 0) commits++;
  }
  return commits;
}

const isTold = ({ a, b }: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b;

function addTo(sums: Sums, bytes: Buffer, isBigEndian: boolean): Sums {
  let { a, b } = sums;
  for (let at = 0; at < bytes.length; at += 8) {
    const first = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const second = isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    a = (a + first + b) >>> 0;
    b = (b + second + a) >>> 0;
  }
  return { a, b };
}
