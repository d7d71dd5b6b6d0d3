import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

const RECORD_BYTES = 16;
// Two counters at the beginning of each file.
const HEAD_BYTES = 16;
const FILE_BYTES = 1_048_576;
const CHUNK_RECORDS = 256;
const BEGIN = 1;
const END = 2;

/** An invocation of this thread that has begun. */
export interface Ticket {
  /** 1 for the first of the process; consecutive over all its threads. */
  readonly ordinal: number;
  /** Invocations in flight in the process, this one included. */
  readonly concurrent: number;
  /** End of the latest invocation, on the monotonic clock, if none was running; undefined otherwise. */
  readonly idleSinceNanos: bigint | undefined;
  /** Other invocations overlapped it. */
  shared: boolean;
}

interface Open {
  readonly sequence: number;
  ticket: Ticket | undefined;
}

/**
 * Numbers the invocations of a process whose handlers run on several threads, as on Lambda's managed instances. The
 * threads have no shared memory there, only the process and its files. So each thread appends a record to one file when
 * an invocation begins and when it ends, and reads what the others have appended since. The system appends records in
 * one order for all threads, and that order decides.
 *
 * About 10 µs per record. A file holds some 65,000 records; the next file begins with the sums.
 */
export class ThreadLedger {
  readonly #path: string;
  readonly #thread: number;
  readonly #record = Buffer.alloc(RECORD_BYTES);
  readonly #chunk = Buffer.alloc(CHUNK_RECORDS * RECORD_BYTES);
  readonly #open = new Set<Open>();
  #file: { readonly number: number; readonly fd: number } | undefined;
  /** The state computed from the file so far. */
  #offset = 0;
  #begun = 0;
  #active = 0;
  #lastEndNanos: bigint | undefined;
  #sequence = 0;

  /**
   * @param path prefix of the files' names, the same in all threads of one process and different in every other process
   * @param thread id of this thread
   */
  constructor(path: string, thread: number) {
    this.#path = path;
    this.#thread = thread;
  }

  /**
   * An invocation begins.
   *
   * @param nanos now, on the monotonic clock
   * @throws errors of the file system
   */
  begin(nanos: bigint): Ticket {
    const open: Open = { sequence: this.#append(BEGIN, nanos), ticket: undefined };
    this.#open.add(open);
    this.#readTo(open.sequence);
    if (open.ticket === undefined) {
      this.#open.delete(open);
      throw new Error('a record of an invocation is gone');
    }
    return open.ticket;
  }

  /**
   * The invocation is over.
   *
   * @param nanos now, on the monotonic clock
   * @throws errors of the file system
   */
  end(ticket: Ticket, nanos: bigint): void {
    this.#readTo(this.#append(END, nanos));
    for (const one of this.#open) if (one.ticket === ticket) this.#open.delete(one);
  }

  /** Appends a record; returns its sequence number. A record after the end of a full file does not count. */
  #append(kind: number, nanos: bigint): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#record.writeUInt32LE(kind + this.#thread * 4, 0);
    this.#record.writeUInt32LE(this.#sequence, 4);
    this.#record.writeBigUInt64LE(BigInt.asUintN(64, nanos), 8);
    writeSync(this.#openFile().fd, this.#record);
    return this.#sequence;
  }

  /** Processes the appended records, up to this thread's own record. */
  #readTo(sequence: number): void {
    for (;;) {
      const { fd } = this.#openFile();
      const room = Math.min(this.#chunk.length, FILE_BYTES - this.#offset);
      const bytes = readSync(fd, this.#chunk, 0, room, this.#offset);
      for (let at = 0; at + RECORD_BYTES <= bytes; at += RECORD_BYTES) {
        this.#offset += RECORD_BYTES;
        if (this.#take(at, sequence)) return;
      }
      if (this.#offset >= FILE_BYTES) {
        // The record itself came too late for this file: it is appended to the next.
        this.#follow();
        writeSync(this.#openFile().fd, this.#record);
      } else if (bytes < RECORD_BYTES) return;
    }
  }

  /** True for this thread's record with that sequence number. */
  #take(at: number, sequence: number): boolean {
    const head = this.#chunk.readUInt32LE(at);
    const own = head >>> 2 === this.#thread;
    const found = this.#chunk.readUInt32LE(at + 4);
    if ((head & 3) === BEGIN) this.#took(own ? found : undefined);
    else {
      this.#active -= 1;
      this.#lastEndNanos = this.#chunk.readBigUInt64LE(at + 8);
    }
    return own && found === sequence;
  }

  #took(ownSequence: number | undefined): void {
    const alone = this.#active === 0;
    this.#begun += 1;
    this.#active += 1;
    for (const open of this.#open) {
      if (open.sequence === ownSequence) {
        const idleSinceNanos = alone ? this.#lastEndNanos : undefined;
        open.ticket = { ordinal: this.#begun, concurrent: this.#active, idleSinceNanos, shared: !alone };
      } else if (open.ticket !== undefined) {
        open.ticket.shared = true;
      }
    }
  }

  #openFile(): { readonly number: number; readonly fd: number } {
    this.#file ??= this.#enter(this.#latest() ?? this.#create(0));
    return this.#file;
  }

  /** The file is full: the next one starts with the sums, which are the same for every thread. */
  #follow(): void {
    const { number, fd } = this.#openFile();
    closeSync(fd);
    this.#file = this.#enter(this.#create(number + 1));
    // A thread that still reads the file before the previous one has it open.
    rmSync(`${this.#path}.${number - 1}`, { force: true });
  }

  #create(number: number): number {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeBigUInt64LE(BigInt(this.#begun), 0);
    head.writeBigInt64LE(BigInt(this.#active), 8);
    const draft = `${this.#path}.draft-${this.#thread}`;
    writeFileSync(draft, head, { mode: 0o600 });
    try {
      linkSync(draft, `${this.#path}.${number}`);
    } catch (error) {
      // Another thread was first, with the same sums.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return number;
  }

  #enter(number: number): { readonly number: number; readonly fd: number } {
    const fd = openSync(`${this.#path}.${number}`, 'a+');
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(fd, head, 0, HEAD_BYTES, 0);
    this.#begun = Number(head.readBigUInt64LE(0));
    this.#active = Number(head.readBigInt64LE(8));
    this.#offset = HEAD_BYTES;
    return { number, fd };
  }

  #latest(): number | undefined {
    const beginning = `${basename(this.#path)}.`;
    const numbers = readdirSync(dirname(this.#path))
      .filter((name) => name.startsWith(beginning))
      .map((name) => name.slice(beginning.length))
      .filter((number) => /^\d+$/.test(number))
      .map(Number);
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }
}
