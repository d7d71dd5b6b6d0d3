/** A body that is being received, or is complete but not yet kept. */
export interface BodyAccount {
  /** Counts bytes received over the wire. */
  received(byteLength: number): void;
  /** Asks for memory before more bytes are kept; false when there is no room and no slower body can be dropped. */
  take(byteLength: number): boolean;
  /** The body is complete: it is no longer dropped in favour of others. */
  complete(): void;
  /** Releases its bytes. */
  close(): void;
}

export interface BodyBudgetOptions {
  /** Memory of all bodies at once. */
  readonly maxBytes: number;
  /** Age from which a body must have arrived at the minimum rate, ms. Default 5 s. */
  readonly graceMillis?: number;
  /** Minimum rate in bytes per second over the wire, on average. Default 240, as in other servers. */
  readonly minBytesPerSecond?: number;
  /** A body that takes longer is dropped, at any rate. Default none. */
  readonly maxMillis?: number;
  /** Monotonic time in ms. Default the monotonic clock. */
  readonly now?: () => number;
}

/** Why the rest of a body is not received. */
export type GivesWay = 'too slow' | 'no room';

const GRACE_MILLIS = 5000;
const MIN_BYTES_PER_SECOND = 240;
/** A rate is measured over the last one or two of these. */
const WINDOW_MILLIS = 500;
/** For this long after a refusal, others may be refused too. */
const SHORT_MILLIS = 5000;

interface Body {
  readonly peer: string;
  readonly giveWay: (why: GivesWay) => void;
  readonly beganAt: number;
  heldBytes: number;
  wireBytes: number;
  /** Bytes over the wire, before the window and in it. */
  windowBeganAt: number;
  bytesBefore: number;
  bytesInWindow: number;
  isComplete: boolean;
}

/**
 * The memory of all bodies being received. When it is full, one body is dropped for another. Peers with more than their
 * share come first; among their bodies the slowest one is dropped: the one that would take longest to send its bytes
 * again. So connections that send little, hold much and never end do not block others.
 */
export class BodyBudget {
  readonly #options: BodyBudgetOptions;
  readonly #now: () => number;
  readonly #bodies = new Set<Body>();
  #heldBytes = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BodyBudgetOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes in memory now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True while bodies are refused for lack of memory, and for a while after. */
  get isShort(): boolean {
    return this.#now() - this.#refusedAt < SHORT_MILLIS;
  }

  /**
   * @param peer the sender
   * @param giveWay called at most once, when the body is to be dropped; it has to close the account
   */
  open(peer: string, giveWay: (why: GivesWay) => void): BodyAccount {
    const now = this.#now();
    const body: Body = {
      ...{ peer, giveWay, beganAt: now, heldBytes: 0, wireBytes: 0, isComplete: false },
      ...{ windowBeganAt: now, bytesBefore: 0, bytesInWindow: 0 },
    };
    this.#bodies.add(body);
    this.#timer ??= setInterval(() => this.dropSlow(), 1000).unref();
    return {
      received: (byteLength) => this.#receive(body, byteLength),
      take: (byteLength) => this.#take(body, byteLength),
      complete: () => {
        body.isComplete = true;
      },
      close: () => this.#close(body),
    };
  }

  /** Drops bodies that arrive too slowly. Runs once per second. */
  dropSlow(): void {
    const {
      graceMillis = GRACE_MILLIS,
      minBytesPerSecond = MIN_BYTES_PER_SECOND,
      maxMillis = Infinity,
    } = this.#options;
    const now = this.#now();
    for (const body of this.#bodies) {
      const ageMillis = now - body.beganAt;
      if (body.isComplete || ageMillis < Math.min(graceMillis, maxMillis)) continue;
      if (ageMillis >= maxMillis || body.wireBytes < (ageMillis / 1000) * minBytesPerSecond)
        this.#giveUp(body, 'too slow');
    }
  }

  #receive(body: Body, byteLength: number): void {
    this.#moveWindow(body);
    body.wireBytes += byteLength;
    body.bytesInWindow += byteLength;
  }

  #take(body: Body, byteLength: number): boolean {
    while (this.#heldBytes + byteLength > this.#options.maxBytes) {
      const slowest = this.#slowest();
      if (slowest === undefined || slowest === body) {
        this.#refusedAt = this.#now();
        return false;
      }
      this.#giveUp(slowest, 'no room');
    }
    body.heldBytes += byteLength;
    this.#heldBytes += byteLength;
    return true;
  }

  /** The body to drop; undefined when all bodies in memory are complete. */
  #slowest(): Body | undefined {
    const heldBy = new Map<string, number>();
    for (const { peer, heldBytes } of this.#bodies) heldBy.set(peer, (heldBy.get(peer) ?? 0) + heldBytes);
    const shareBytes = this.#options.maxBytes / Math.max(1, heldBy.size);
    let slowest: Body | undefined;
    let worst: readonly [isOver: number, seconds: number] = [0, 0];
    for (const body of this.#bodies) {
      if (body.isComplete || body.heldBytes === 0) continue;
      const isOver = (heldBy.get(body.peer) ?? 0) > shareBytes ? 1 : 0;
      const seconds = this.#slownessOf(body);
      if (slowest !== undefined && (isOver < worst[0] || (isOver === worst[0] && seconds <= worst[1])))
        continue;
      slowest = body;
      worst = [isOver, seconds];
    }
    return slowest;
  }

  /** How long it would take at its rate to send its bytes again, s. */
  #slownessOf(body: Body): number {
    this.#moveWindow(body);
    const millis = Math.min(this.#now() - body.beganAt, this.#now() - body.windowBeganAt + WINDOW_MILLIS);
    const bytesPerSecond = ((body.bytesBefore + body.bytesInWindow) / Math.max(1, millis)) * 1000;
    return body.heldBytes / Math.max(1, bytesPerSecond);
  }

  #moveWindow(body: Body): void {
    const passed = Math.floor((this.#now() - body.windowBeganAt) / WINDOW_MILLIS);
    if (passed === 0) return;
    body.bytesBefore = passed === 1 ? body.bytesInWindow : 0;
    body.bytesInWindow = 0;
    body.windowBeganAt += passed * WINDOW_MILLIS;
  }

  #giveUp(body: Body, why: GivesWay): void {
    this.#close(body);
    body.giveWay(why);
  }

  #close(body: Body): void {
    if (!this.#bodies.delete(body)) return;
    this.#heldBytes -= body.heldBytes;
    if (this.#bodies.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
