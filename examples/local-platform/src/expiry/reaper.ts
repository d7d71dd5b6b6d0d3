import type { Expired, ExpiryLaw, Mortal } from './law.ts';

/** The longest possible timer; if it fires too early, it is set again. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** Asks the expiry laws of one version of a function for due evictions, at the right moments. */
export class Reaper<S extends Mortal> {
  readonly #laws: readonly { readonly law: string; readonly rule: ExpiryLaw }[];
  readonly #evict: (sandbox: S, why: Omit<Expired, 'sandbox'> & { readonly law: string }) => void;
  #timer: NodeJS.Timeout | undefined;
  #paused = false;

  /**
   * @param laws applied together: each of them can end a sandbox
   * @param evict called once per sandbox; with the reason age, the sandbox may be at work
   */
  constructor(
    laws: readonly { readonly law: string; readonly rule: ExpiryLaw }[],
    evict: (sandbox: S, why: Omit<Expired, 'sandbox'> & { readonly law: string }) => void,
  ) {
    this.#laws = laws;
    this.#evict = evict;
  }

  /** Notifies the laws of a change of a sandbox. */
  tell(what: 'born' | 'idle' | 'busy' | 'gone', sandbox: S): void {
    for (const { rule } of this.#laws) rule[what](sandbox);
    this.#check();
  }

  /** While paused nothing is evicted. Times continue, and overdue evictions happen when the pause ends. */
  set paused(paused: boolean) {
    this.#paused = paused;
    this.#check();
  }

  get paused(): boolean {
    return this.#paused;
  }

  #check(): void {
    clearTimeout(this.#timer);
    if (this.#paused) return;
    const nowMillis = performance.now();
    const ended = new Set<Mortal>();
    for (const { law, rule } of this.#laws) {
      for (const { sandbox, ...why } of rule.due(nowMillis)) {
        if (ended.has(sandbox)) continue;
        ended.add(sandbox);
        for (const other of this.#laws) other.rule.gone(sandbox);
        // The laws only know the sandboxes of this pool.
        this.#evict(sandbox as S, { law, ...why });
      }
    }
    const leftMillis = Math.min(...this.#laws.map(({ rule }) => rule.nextMillis())) - performance.now();
    if (leftMillis === Infinity) return;
    this.#timer = setTimeout(
      () => this.#check(),
      Math.min(Math.max(Math.ceil(leftMillis), 0), MAX_TIMER_MILLIS),
    );
  }
}
