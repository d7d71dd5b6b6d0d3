import type { Env } from '../config.ts';
import type { InitClock } from '../clock/init-clock.ts';
import { fenced, guarded } from '../fence/report.ts';
import { late } from '../late.ts';
import { watchRestore } from '../process/restore-watch.ts';
import type { ThreadLedger, Ticket } from '../process/thread-ledger.ts';
import { Journal } from './journal.ts';
import type { Legacy } from './legacy.ts';
import type { SandboxStamp } from './sandbox-stamp.ts';
import { settleSandbox, unsettledSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';

// The resource and the frame of a request come on top of its spans.
const FRAME_BYTES = 65_536;

/** What the life of a sandbox is made of. */
export interface SandboxLifeOptions {
  readonly env: Env;
  readonly init: InitClock;
  /** Of the thread where it is not the main one: then the process's invocations are numbered together. */
  readonly threadId: number | undefined;
  /** Most bytes of spans that a process leaves to the next one. */
  readonly bufferBytes: number;
}

/**
 * Which sandbox this process runs in, and how many invocations it had: settled with the first, noted in the temp directory
 * for the process that may come after this one.
 */
export class SandboxLife {
  readonly #options: SandboxLifeOptions;
  readonly #restore;
  readonly #note = fenced('noting an invocation', () => {
    this.#noteDue = false;
    this.#journal?.begun(this.#ordinal);
  });
  #noteDue = false;
  #sandbox: Sandbox | undefined;
  #journal: Journal | undefined;
  #ledger: ThreadLedger | undefined;
  #legacy: Legacy | undefined;
  #ordinal = 0;
  #closed = false;

  constructor(options: SandboxLifeOptions) {
    this.#options = options;
    this.#restore = guarded('watching for a restore', () =>
      watchRestore(options.env, () => late().bootClock.bootTimeUnixMs()),
    );
  }

  /** Known from the first invocation on. */
  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  /** Ordinal of the latest invocation, recorded or not; 0 before the first. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** Whether the process has said goodbye, and no invocation has begun since. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Whether this process is a clone that was restored from a snapshot since this was asked last. Then it is another sandbox:
   * what was minted before the snapshot was taken is the same in all its clones, and is forgotten.
   */
  restored(): boolean {
    if (this.#restore?.restored() !== true) return false;
    guarded('removing the stamp', () => {
      this.#journal?.close();
      this.#sandbox?.stamp.remove();
    });
    this.#sandbox = undefined;
    this.#ordinal = 0;
    return true;
  }

  /** Which sandbox this is. */
  settle(name: string): Sandbox {
    this.#sandbox ??= this.#settle(name);
    return this.#sandbox;
  }

  /**
   * Numbers an invocation that begins, together with those of other threads where there are some.
   *
   * @returns what they know of it; undefined where there are none
   */
  number(nanos: bigint): Ticket | undefined {
    const ledger = this.#ledger;
    const ticket = ledger && guarded('numbering an invocation', () => ledger.begin(nanos));
    // Who missed one cannot count on.
    if (ticket === undefined) this.#ledger = undefined;
    this.#ordinal = ticket?.ordinal ?? this.#ordinal + 1;
    return ticket;
  }

  /** An invocation that was numbered ended. */
  numberEnd(ticket: Ticket, nanos: bigint): void {
    guarded('numbering an invocation', () => this.#ledger?.end(ticket, nanos));
  }

  /** Notes the latest ordinal now, or when nothing of the handler is on its way through this turn of the event loop. */
  note(now: boolean): void {
    if (now) return this.#note();
    if (this.#noteDue) return;
    this.#noteDue = true;
    guarded('noting an invocation', () => setImmediate(this.#note));
  }

  /** What the process before this one left, once. */
  takeLegacy(): Legacy | undefined {
    const legacy = this.#legacy;
    this.#legacy = undefined;
    return legacy;
  }

  /** Leaves an export request to the next process of this sandbox; false when that is not possible. */
  leave(request: string): boolean {
    const { path } = this.#journal ?? {};
    return path !== undefined && late().leaveRequest(path, request);
  }

  /**
   * This process says itself how it ends. Takes the stamp away unless something was running: a sandbox stopped in the
   * middle of an invocation may be started again in place.
   */
  close(interrupted: boolean): void {
    this.#closed = true;
    guarded('closing the journal', () => this.#journal?.close());
    if (!interrupted) guarded('removing the stamp', () => this.#sandbox?.stamp.remove());
  }

  /**
   * An invocation begins after the goodbye: the process goes on, and the sandbox keeps its id and says so in the temp
   * directory.
   *
   * @returns whether there was a goodbye
   */
  reopen(): boolean {
    if (!this.#closed) return false;
    this.#closed = false;
    const { stamp } = this.#sandbox ?? {};
    guarded('renewing the stamp', () => stamp?.renew());
    if (stamp !== undefined) this.#openJournal(stamp);
    return true;
  }

  #settle(name: string): Sandbox {
    const { env, init, threadId, bufferBytes } = this.#options;
    const known = { init: init.called(), cloneGroup: this.#restore?.cloneGroup };
    const sandbox =
      guarded('settling the sandbox', () => settleSandbox(env, name, known)) ?? unsettledSandbox(known);
    const { stamp } = sandbox;
    this.#openJournal(stamp);
    const path = this.#journal?.path;
    if (threadId !== undefined && stamp.path !== undefined) {
      const ofProcess = `${stamp.path}.threads-${process.pid}-${sandbox.startTicks ?? ''}`;
      this.#ledger = guarded('numbering invocations', () => new (late().ThreadLedger)(ofProcess, threadId));
    }
    if (stamp.restarted && path !== undefined)
      this.#legacy = guarded('reading the journal', () => late().inherit(path, bufferBytes + FRAME_BYTES));
    return sandbox;
  }

  #openJournal(stamp: SandboxStamp): void {
    this.#journal = guarded('the journal', () => new Journal(() => stamp.path && `${stamp.path}.journal`));
  }
}
