/** A body that is being received, or was and is not kept yet. */
export interface BodyAccount {
  /** Counts what came over the wire. */
  received(byteLength: number): void;
  /** Asked before more bytes are kept in memory; false when there is no room and nobody slower to give way. */
  take(byteLength: number): boolean;
  /** All of it is here: it gives way to nobody any more. */
  complete(): void;
  /** Gives its bytes back. */
  close(): void;
}

export interface BodyBudgetOptions {
  /** Of all bodies at once, in memory. */
  readonly maxBytes: number;
  /** Once a body is this old, ms, it has to have come at the lowest rate. Default 5 s. */
  readonly graceMillis?: number;
  /** Bytes a second over the wire, on average. Default 240, as other servers have it. */
  readonly minBytesPerSecond?: number;
  /** A body that takes longer is given up, whatever its rate. Default none. */
  readonly maxMillis?: number;
  /** Milliseconds that never go back. Default the monotonic clock. */
  readonly now?: () => number;
}

/** Why a body is not received any further. */
export type GivesWay = 'too slow' | 'no room';

const GRACE_MILLIS = 5000;
const MIN_BYTES_PER_SECOND = 240;
/** A rate is of the last one or two of these. */
const WINDOW_MILLIS = 500;
/** For so long after a refusal others may be refused too. */
const SHORT_MILLIS = 5000;

interface Body {
  readonly peer: string;
  readonly giveWay: (why: GivesWay) => void;
  readonly beganAt: number;
  heldBytes: number;
  wireBytes: number;
  /** Over the wire, before the window and in it. */
  windowBeganAt: number;
  bytesBefore: number;
  bytesInWindow: number;
  isComplete: boolean;
}

/**
 * The memory of all bodies being received. When it is full, a body gives way to another: first one of a peer that has
 * more than its share, and of those the slowest, which is the one that would take the longest to send once more what it
 * holds. So connections that send little, hold much and never end do not block others.
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

  /** In memory now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True while bodies are refused for want of room, and for a while after. */
  get isShort(): boolean {
    return this.#now() - this.#refusedAt < SHORT_MILLIS;
  }

  /**
   * @param peer who sends it
   * @param giveWay called at most once, when it is to be given up; it has to close the account
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

  /** Gives up what comes too slowly. Done once a second. */
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

  /** The one to give way; undefined when all that is held is complete. */
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

  /** How long it would take at its pace to send what it holds, s. */
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
