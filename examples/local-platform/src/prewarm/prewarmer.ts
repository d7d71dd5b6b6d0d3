import type { PrewarmOrder, PrewarmPolicy } from './policy.ts';

/** The longest possible timer; if it fires too early, it is set again. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** An order, and the policy that gave it. */
export type PolicyOrder = PrewarmOrder & { readonly policy: string };

/** Asks the policies of one version of a function for due orders, at the right moments. */
export class Prewarmer {
  readonly #policies: readonly { readonly policy: string; readonly rule: PrewarmPolicy }[];
  readonly #prewarm: (order: PolicyOrder) => void;
  #timer: NodeJS.Timeout | undefined;
  #underWay = 0;
  #stopped = false;

  constructor(
    policies: readonly { readonly policy: string; readonly rule: PrewarmPolicy }[],
    prewarm: (order: PolicyOrder) => void,
  ) {
    this.#policies = policies;
    this.#prewarm = prewarm;
    this.#check();
  }

  called(): void {
    this.#underWay += 1;
    for (const { rule } of this.#policies) rule.called(performance.now());
    this.#check();
  }

  answered(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const { rule } of this.#policies) rule.idle(performance.now());
    this.#check();
  }

  followedBy(name: string): void {
    for (const { rule } of this.#policies) rule.followedBy(name);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #check(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const nowMillis = performance.now();
    for (const { policy, rule } of this.#policies) {
      for (const order of rule.due(nowMillis)) this.#prewarm({ policy, ...order });
    }
    const leftMillis = Math.min(...this.#policies.map(({ rule }) => rule.nextMillis())) - performance.now();
    if (leftMillis === Infinity) return;
    this.#timer = setTimeout(
      () => this.#check(),
      Math.min(Math.max(Math.ceil(leftMillis), 0), MAX_TIMER_MILLIS),
    );
  }
}
