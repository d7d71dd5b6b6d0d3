import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OtlpEncoding } from '../otlp/index.ts';
import { makeDirectory } from '../process/index.ts';

/** One line of a dead-letter file: a request that a target refused for good. */
export interface DeadLetter {
  /** `<folder>/<seq>`, unique in a data directory. */
  readonly id: string;
  /** `store`, or `forward:` and the URL. */
  readonly target: string;
  /** Number of the request in the inbox. */
  readonly seq: number;
  /** The answer of the target. */
  readonly reason: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly parkedAt: string;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  /** Absent for a request parked by an old version. */
  readonly spans?: number;
  readonly bytes: number;
  /** The request as received, uncompressed; base64. */
  readonly body: string;
  /**
   * True when the body could not be read: `body` then holds its stored form, perhaps compressed (zstd), perhaps
   * nothing.
   */
  readonly isRaw?: true;
}

/** A request to park. */
export interface Refused {
  readonly seq: number;
  readonly reason: string;
  readonly receivedAtMillis: number;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly spans?: number;
  readonly body: Uint8Array;
  /** The body could not be read and is in its stored form. */
  readonly isRaw?: true;
}

const MAX_REASON_CHARS = 2000;
const PARKED = '.ndjson';
const RETRY = '.retry';
/**
 * Number of files within the limit: a file is closed at that fraction of it, and the oldest is deleted when the limit
 * is reached.
 */
const FILES = 8;
const NEWLINE = 0x0a;
/** Size of a line beside its body in base64. */
const LINE_BYTES = 1024;

interface LetterFile {
  readonly name: string;
  bytes: number;
  letters: number;
  /** False if its last line is truncated; then nothing is appended to it. */
  isWhole: boolean;
}

interface Letters {
  readonly folder: string;
  /** Oldest first. */
  files: LetterFile[];
}

/**
 * Requests that a target refused for good, one folder per target in `dead-letters/`: files of JSON lines with the
 * reason, the time, the target and the body. They are written and synced before the target's cursor advances, up to a
 * limit per target. A file renamed to `*.retry` is sent again (`sandscope dead-letters retry`).
 */
export class DeadLetters {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #targets = new Map<string, Letters>();

  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** True when another body of this length is within the limit. */
  hasRoom(target: string, byteLength: number): boolean {
    const bytes = this.#of(target).files.reduce((sum, file) => sum + file.bytes, 0);
    return bytes + lineBytes(byteLength) <= this.#maxBytes;
  }

  count(target: string): number {
    return this.#of(target).files.reduce((sum, file) => sum + file.letters, 0);
  }

  /**
   * Writes dead letters and syncs them. A request that was parked before is written again, even for the same reason.
   */
  park(target: string, refused: readonly Refused[]): void {
    const letters = this.#of(target);
    const folder = join(this.#directory, letters.folder);
    makeDirectory(folder);
    for (const letter of refused) {
      const line = `${JSON.stringify(toLetter(target, letters.folder, letter))}\n`;
      this.#append(letters, folder, letter.seq, line);
    }
    syncPath(folder);
    syncPath(this.#directory);
  }

  /** Deletes the oldest files of a target until it is within its limit; returns the number of letters lost. */
  dropOldest(target: string): number {
    const letters = this.#of(target);
    let bytes = letters.files.reduce((sum, file) => sum + file.bytes, 0);
    let dropped = 0;
    while (bytes > this.#maxBytes) {
      const oldest = letters.files.shift();
      if (oldest === undefined) break;
      rmSync(join(this.#directory, letters.folder, oldest.name), { force: true });
      bytes -= oldest.bytes;
      dropped += oldest.letters;
    }
    return dropped;
  }

  /** The oldest file of dead letters to resend; undefined when there is none. */
  nextRetry(target: string): string | undefined {
    const letters = this.#of(target);
    const [path] = filesOf(join(this.#directory, letters.folder), RETRY);
    // Renamed files are no longer parked.
    if (path !== undefined) letters.files = scan(join(this.#directory, letters.folder));
    return path;
  }

  #append(letters: Letters, folder: string, seq: number, line: string): void {
    const bytes = Buffer.byteLength(line);
    let last = letters.files.at(-1);
    if (last === undefined || !last.isWhole || last.bytes + bytes > this.#maxBytes / FILES) {
      // A request that is parked again after a retry may be older than the last file.
      const number = Math.max(seq, Number(last?.name.split('.')[0] ?? 0) + 1);
      last = { name: `${String(number).padStart(15, '0')}${PARKED}`, bytes: 0, letters: 0, isWhole: true };
      letters.files.push(last);
    }
    const file = openSync(join(folder, last.name), 'a');
    last.isWhole = false;
    try {
      writeFileSync(file, line);
      fsyncSync(file);
      last.isWhole = true;
    } finally {
      closeSync(file);
    }
    last.bytes += bytes;
    last.letters++;
  }

  #of(target: string): Letters {
    const known = this.#targets.get(target);
    if (known !== undefined) return known;
    const folder = folderOf(target);
    const letters = { folder, files: scan(join(this.#directory, folder)) };
    this.#targets.set(target, letters);
    return letters;
  }
}

/** The folder of a target: its name in characters a file system accepts, plus a hash where characters were replaced. */
export function folderOf(target: string): string {
  const name = target.replace(/^forward:https?:\/\//, 'forward-').replaceAll(/[^A-Za-z0-9.]+/g, '-');
  if (name === target) return name;
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return `${name.slice(0, 80).replace(/-+$/, '')}-${hash}`;
}

function toLetter(target: string, folder: string, refused: Refused): DeadLetter {
  const { seq, reason, encoding, contentType, spans, body, isRaw } = refused;
  return {
    id: `${folder}/${seq}`,
    target,
    seq,
    reason: reason.slice(0, MAX_REASON_CHARS),
    receivedAt: new Date(refused.receivedAtMillis).toISOString(),
    parkedAt: new Date().toISOString(),
    encoding,
    contentType,
    ...(spans !== undefined && { spans }),
    bytes: body.byteLength,
    body: Buffer.from(body).toString('base64'),
    ...(isRaw && { isRaw }),
  };
}

function lineBytes(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4 + LINE_BYTES;
}

function scan(folder: string): LetterFile[] {
  return filesOf(folder, PARKED).map((path) => {
    const content = readFileSync(path);
    let letters = 0;
    for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, at + 1)) letters++;
    const isWhole = content.length === 0 || content.at(-1) === NEWLINE;
    return { name: basename(path), bytes: content.length, letters, isWhole };
  });
}

function filesOf(folder: string, extension: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // no request was ever parked
  }
  const wanted = names.filter((name) => name.endsWith(extension));
  return wanted.sort().map((name) => join(folder, name));
}

/**
 * The dead letters of a file, each once: a crash before the cursor advances can cause one to be written twice. A
 * truncated last line is left out; its request is still in the inbox.
 */
export function readLetters(path: string): DeadLetter[] {
  const bytes = readFileSync(path);
  const letters = new Map<string, DeadLetter>();
  for (let start = 0, end = 0; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
    const letter = JSON.parse(bytes.toString('utf8', start, end)) as DeadLetter;
    letters.set(letter.id, letter);
  }
  return [...letters.values()];
}

/** Folders in `dead-letters/` that are not empty, each with its files, oldest first. */
export function parkedFiles(directory: string): { folder: string; files: string[] }[] {
  let folders: string[];
  try {
    folders = readdirSync(directory);
  } catch {
    return [];
  }
  return folders
    .sort()
    .map((folder) => ({ folder, files: filesOf(join(directory, folder), PARKED) }))
    .filter(({ files }) => files.length > 0);
}

/** Name of a dead-letter file that waits to be resent. */
export function retryNameOf(path: string): string {
  return `${path.slice(0, -PARKED.length)}.${Date.now()}-${process.pid}${RETRY}`;
}

/** When a dead-letter file was marked for resending, ms since the epoch; 0 if its name does not contain the time. */
export function markedAtOf(path: string): number {
  return Number(/\.(\d+)-\d+\.retry$/.exec(path)?.[1] ?? 0);
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
