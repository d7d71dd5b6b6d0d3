import type { Env } from '../config/config.ts';
import type { InitClock } from '../process/init-clock.ts';
import { fenced, guarded } from '../fence/report.ts';
import { watchRestore } from '../process/restore-watch.ts';
import type { ThreadLedger, Ticket } from './thread-ledger.ts';
import { Journal } from './journal.ts';
import { rareCases } from './on-demand.ts';
import type { PreviousProcess } from './previous-process.ts';
import type { SandboxStamp } from './sandbox-stamp.ts';
import { identifySandbox, unidentifiedSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { setImmediate } from '../fence/timer.ts';

// The resource and the envelope of a request come on top of its spans.
const FRAME_BYTES = 65_536;

/** The parts that a `SandboxTracker` needs. */
export interface SandboxTrackerOptions {
  readonly env: Env;
  readonly init: InitClock;
  /** Id of the thread if it is not the main one: the process's invocations are then numbered together. */
  readonly threadId: number | undefined;
  /** When the kernel booted, according to the wall clock now; undefined if unknown. */
  readonly bootTimeUnixMs: () => number | undefined;
  /** Maximum bytes of spans that a process leaves to the next one. */
  readonly bufferBytes: number;
}

/**
 * The sandbox that this process runs in, and the number of its invocations. Determined at the first invocation, and
 * noted in the temp directory for the process that may follow this one.
 */
export class SandboxTracker {
  readonly #options: SandboxTrackerOptions;
  readonly #restore;
  readonly #note = fenced('writing the journal', () => {
    this.#noteDue = false;
    this.#journal?.begun(this.#ordinal);
  });
  #noteDue = false;
  #sandbox: Sandbox | undefined;
  #journal: Journal | undefined;
  #ledger: ThreadLedger | undefined;
  #previous: PreviousProcess | undefined;
  #ordinal = 0;
  #closed = false;

  constructor(options: SandboxTrackerOptions) {
    this.#options = options;
    this.#restore = guarded('watching for a restore', () =>
      watchRestore(options.env, options.bootTimeUnixMs),
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

  /** Whether the process has sent its shutdown span, and no invocation has begun since. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Whether this process is a clone that was restored from a snapshot since the last call. It is then another sandbox:
   * ids generated before the snapshot are the same in all its clones, and are dropped.
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

  /** The sandbox, identified at the first call. */
  identify(name: string): Sandbox {
    this.#sandbox ??= this.#identify(name);
    return this.#sandbox;
  }

  /**
   * Numbers an invocation that begins, together with those of other threads, if any.
   *
   * @returns the shared numbering; undefined if there are no other threads
   */
  number(nanos: bigint): Ticket | undefined {
    const ledger = this.#ledger;
    const ticket = ledger && guarded('numbering an invocation', () => ledger.begin(nanos));
    // After a missed invocation, the count is no longer reliable.
    if (ticket === undefined) this.#ledger = undefined;
    this.#ordinal = ticket?.ordinal ?? this.#ordinal + 1;
    return ticket;
  }

  /** A numbered invocation ended. */
  numberEnd(ticket: Ticket, nanos: bigint): void {
    guarded('numbering an invocation', () => this.#ledger?.end(ticket, nanos));
  }

  /** Notes the latest ordinal: now, or after this turn of the event loop, so that the handler is not delayed. */
  note(now: boolean): void {
    if (now) return this.#note();
    if (this.#noteDue) return;
    this.#noteDue = true;
    guarded('writing the journal', () => setImmediate(this.#note));
  }

  /** The remains of the previous process; returned once. */
  takePreviousProcess(): PreviousProcess | undefined {
    const previous = this.#previous;
    this.#previous = undefined;
    return previous;
  }

  /** Leaves an export request to the next process of this sandbox; false if that is not possible. */
  leaveRequest(request: string): boolean {
    const { path } = this.#journal ?? {};
    return path !== undefined && rareCases().leaveRequest(path, request);
  }

  /**
   * This process reports its own end. Removes the stamp unless something was running: a sandbox stopped in the middle
   * of an invocation may be restarted in place.
   */
  close(interrupted: boolean): void {
    this.#closed = true;
    guarded('closing the journal', () => this.#journal?.close());
    if (!interrupted) guarded('removing the stamp', () => this.#sandbox?.stamp.remove());
  }

  /**
   * An invocation begins after the shutdown span: the process continues. The sandbox keeps its id, and its stamp is
   * written again.
   *
   * @returns whether there was a shutdown span
   */
  reopen(): boolean {
    if (!this.#closed) return false;
    this.#closed = false;
    const { stamp } = this.#sandbox ?? {};
    guarded('renewing the stamp', () => stamp?.renew());
    if (stamp !== undefined) this.#openJournal(stamp);
    return true;
  }

  #identify(name: string): Sandbox {
    const { env, init, threadId, bufferBytes } = this.#options;
    const known = { init: init.called(), cloneGroup: this.#restore?.cloneGroup };
    const sandbox =
      guarded('identifying the sandbox', () => identifySandbox(env, name, known)) ??
      unidentifiedSandbox(known);
    const { stamp } = sandbox;
    this.#openJournal(stamp);
    const path = this.#journal?.path;
    if (threadId !== undefined && stamp.path !== undefined) {
      const ofProcess = `${stamp.path}.threads-${process.pid}-${sandbox.startTicks ?? ''}`;
      this.#ledger = guarded(
        'numbering invocations',
        () => new (rareCases().ThreadLedger)(ofProcess, threadId),
      );
    }
    if (stamp.restarted && path !== undefined)
      this.#previous = guarded('reading the journal', () =>
        rareCases().readPreviousProcess(path, bufferBytes + FRAME_BYTES),
      );
    return sandbox;
  }

  #openJournal(stamp: SandboxStamp): void {
    this.#journal = guarded('the journal', () => new Journal(() => stamp.path && `${stamp.path}.journal`));
  }
}
