import type { Outcome } from './runtime-api.ts';

/** An invocation as its caller requests it. */
export interface InvokeRequest {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly traceId: string;
  readonly clientContext?: string;
}

/** An invocation that a sandbox accepted. */
export interface Accepted {
  readonly request: InvokeRequest;
  /** Undefined after the caller was answered. */
  answer: ((outcome: Outcome) => void) | undefined;
  timer: NodeJS.Timeout | undefined;
}

export interface AcceptedOptions {
  /** Whether an invocation is over once it is answered; otherwise it is over once it is forgotten. */
  readonly endsWithAnswer: boolean;
  /** An invocation that was delivered is about to be answered. */
  readonly onAnswer: (requestId: string, outcome: Outcome) => void;
}

/** The invocations of one sandbox from acceptance to end. */
export class AcceptedInvocations {
  readonly #options: AcceptedOptions;
  /** Accepted but not delivered. */
  readonly #waiting: Accepted[] = [];
  /** Delivered but not over; by request id. */
  readonly #open = new Map<string, Accepted>();

  constructor(options: AcceptedOptions) {
    this.#options = options;
  }

  get isAnyWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get isAnyOpen(): boolean {
    return this.#open.size > 0;
  }

  get unansweredCount(): number {
    const unanswered = [...this.#open.values()].filter(({ answer }) => answer !== undefined).length;
    return this.#waiting.length + unanswered;
  }

  /** The one that was delivered longest ago, otherwise the one that has waited longest. */
  get first(): Accepted | undefined {
    const [accepted] = [...this.#open.values(), ...this.#waiting];
    return accepted;
  }

  /** Resolves with the answer. */
  accept(request: InvokeRequest): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, answer: resolve, timer: undefined });
    });
  }

  /** The next one to deliver; it is open from now on. */
  openNext(): Accepted | undefined {
    const accepted = this.#waiting.shift();
    if (accepted) this.#open.set(accepted.request.requestId, accepted);
    return accepted;
  }

  /** Answers an open one. */
  respondTo(requestId: string, outcome: Outcome): void {
    const accepted = this.#open.get(requestId);
    if (accepted) this.#respond(accepted, outcome);
  }

  /** Answers and forgets all accepted invocations, even those not delivered. */
  respondAll(outcome: Outcome): void {
    const all = [...this.#open.values(), ...this.#waiting.splice(0)];
    for (const accepted of all) {
      this.#respond(accepted, outcome);
      this.#forget(accepted);
    }
  }

  forgetOpen(): void {
    for (const accepted of this.#open.values()) this.#forget(accepted);
  }

  stopTimers(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
  }

  /** Answers the caller; anything after the first answer is dropped. */
  #respond(accepted: Accepted, outcome: Outcome): void {
    const { answer, request } = accepted;
    if (!answer) return;
    accepted.answer = undefined;
    if (this.#open.has(request.requestId)) this.#options.onAnswer(request.requestId, outcome);
    answer(outcome);
    if (this.#options.endsWithAnswer) this.#forget(accepted);
  }

  #forget(accepted: Accepted): void {
    clearTimeout(accepted.timer);
    this.#open.delete(accepted.request.requestId);
  }
}
