import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../store/index.ts';
import { uncancelled } from '../store/index.ts';
import { Memo } from './memo.ts';

/** The content of the store at one moment. */
export interface View {
  /** Ms since the epoch. */
  readonly atMs: number;
  /** Data read for it, shared with later views as long as nothing arrives. */
  readonly data: Memo;
  /** Results that hold for this moment only. */
  readonly answers: Memo;
}

type Make<T = unknown> = (view: View) => Promise<T>;

interface Question {
  readonly make: Make;
  /** When it was asked last, in ms of the performance clock. */
  readonly askedMs: number;
  /** Nobody has asked for it yet. */
  readonly isExpected: boolean;
}

/** In ms of the performance clock: how long a view is used, and after what time the next one is made. */
export const FRESH_MS = 1_000;
export const USABLE_MS = 3_000;
const LONGEST_USABLE_MS = 15_000;
/**
 * A view that took long to make is used this many times as long, so that views take only a limited share of the
 * machine.
 */
const FRESH_PER_COST = 5;
const USABLE_PER_COST = 8;
/**
 * Longest wait of someone who asks again within {@link REGULAR_MS} for a newer view, while there is one that is not too
 * old: the next answer will be newer. Anyone else waits, because what they did meanwhile has to show.
 */
const WAIT_MS = 50;
const REGULAR_MS = 5_000;
/** A view for someone who asks at regular intervals is begun this many times its cost before, and at least so long. */
const AHEAD_PER_COST = 2;
const AHEAD_MS = 100;
/** Questions asked within this time are answered again with the next view, before anyone asks. */
const ASKED_AGAIN_MS = 15_000;
const MAX_ASKED_AGAIN = 8;
/**
 * Longest use of a view's data even if nothing arrives, so that a later view finds invocations which a wrong clock
 * dated after this one.
 */
const LONGEST_DATA_MS = 60_000;

/**
 * Views of one store, for questions about busy ranges that end now: pages and dashboards repeat them every few seconds.
 * All who ask within about a second share one view, and the last view answers while the next one is made in the
 * background. An answer therefore refers to a moment one or two seconds ago, at most 15 s if a view takes long to make,
 * and it says so. Who asks every few seconds finds a view that was made just before. The cost does not grow with the
 * number of clients. Nothing runs while nobody asks.
 */
export class Views {
  readonly #store: Store;
  readonly #questions = new Map<string, Question>();
  readonly #sizes = new Map<string, { readonly invocations: number; readonly askedMs: number }>();
  #current: (View & { readonly version: string; readonly dataMs: number }) | undefined;
  #next: Promise<View> | undefined;
  #madeAt = -Infinity;
  #costMs = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** True when there was a recent question about this. */
  knows(about: string): boolean {
    return [...this.#questions].some(([name, { isExpected }]) => !isExpected && name.endsWith(`\n${about}`));
  }

  /**
   * True for a range that is not busy yet but is likely to be at the next question or the one after, if it grows as it
   * did since the previous one. A view should exist by then.
   *
   * @param invocations most that it holds
   * @param most that a range may hold without being busy
   */
  expects(about: string, invocations: number, most: number): boolean {
    const now = performance.now();
    for (const [name, { askedMs }] of this.#sizes)
      if (now - askedMs > ASKED_AGAIN_MS) this.#sizes.delete(name);
    const before = this.#sizes.get(about)?.invocations ?? invocations;
    this.#sizes.set(about, { invocations, askedMs: now });
    return invocations + 2 * (invocations - before) > most;
  }

  /** Computes the answer to an expected question, for its next caller, who also gets any error. */
  prepare(what: string, about: string, make: Make): void {
    this.#answer(what, about, make, true).catch(() => undefined);
  }

  /**
   * The answer to a question, from a view of a few seconds ago at most.
   *
   * @param about the subject of the question
   * @param make must depend only on that and the view
   */
  ask<T>(what: string, about: string, make: Make<T>): Promise<T> {
    return this.#answer(what, about, make, false);
  }

  async #answer<T>(what: string, about: string, make: Make<T>, isExpected: boolean): Promise<T> {
    const name = `${what}\n${about}`;
    const now = performance.now();
    const last = this.#questions.get(name);
    this.#questions.delete(name);
    this.#questions.set(name, { make, askedMs: now, isExpected });
    const sinceMs = last === undefined ? Infinity : now - last.askedMs;
    this.#expectAfter(sinceMs);
    const view = await this.#view(sinceMs <= REGULAR_MS);
    return uncancelled(() => view.answers.remember(name, () => make(view)));
  }

  /** @param isRegular asked by someone who will ask again soon */
  async #view(isRegular: boolean): Promise<View> {
    const ageMs = this.#ageMs;
    const current = this.#current;
    if (this.#isDue) void this.#renew();
    if (current === undefined || ageMs > LONGEST_USABLE_MS) return this.#next ?? this.#renew();
    const usableMs = Math.max(USABLE_MS, USABLE_PER_COST * this.#costMs);
    if (ageMs <= usableMs || this.#next === undefined) return current;
    const next = this.#next.catch(() => current);
    return isRegular ? Promise.race([next, delay(WAIT_MS, current)]) : next;
  }

  get #ageMs(): number {
    return performance.now() - this.#madeAt;
  }

  get #isDue(): boolean {
    const freshMs = Math.max(FRESH_MS, FRESH_PER_COST * this.#costMs);
    // However long a view takes, the next one should be there before this one is too old.
    return this.#ageMs > Math.min(freshMs, LONGEST_USABLE_MS / 2);
  }

  /**
   * Makes a view shortly before the same question comes again, for intervals so long that the present view will be of no
   * use by then.
   */
  #expectAfter(intervalMs: number): void {
    if (intervalMs < USABLE_MS || intervalMs > LONGEST_USABLE_MS) return;
    const aheadMs = Math.max(AHEAD_MS, AHEAD_PER_COST * this.#costMs);
    setTimeout(() => {
      if (this.#isDue) void this.#renew();
    }, intervalMs - aheadMs).unref();
  }

  #renew(): Promise<View> {
    this.#next ??= uncancelled(() => this.#make()).finally(() => {
      this.#next = undefined;
    });
    this.#next.catch(() => undefined); // the callers that await it get the error
    return this.#next;
  }

  async #make(): Promise<View> {
    const begun = performance.now();
    const atMs = Date.now();
    const version = await this.#version();
    const last = this.#current;
    const isSame = last?.version === version && atMs - last.dataMs < LONGEST_DATA_MS;
    const view = {
      atMs,
      version,
      dataMs: isSame ? last.dataMs : atMs,
      data: isSame ? last.data : new Memo(),
      answers: new Memo(),
    };
    for (const [name, { make }] of this.#askedAgain(begun)) {
      await view.answers.remember(name, () => make(view)).catch(() => undefined);
    }
    this.#current = view;
    this.#madeAt = begun;
    this.#costMs = performance.now() - begun;
    return view;
  }

  #askedAgain(now: number): [string, Question][] {
    const all = [...this.#questions].reverse();
    const again = all.slice(0, MAX_ASKED_AGAIN).filter(([, { askedMs }]) => now - askedMs < ASKED_AGAIN_MS);
    for (const [name, { askedMs }] of all) if (now - askedMs > LONGEST_DATA_MS) this.#questions.delete(name);
    return again;
  }

  /** Changes whenever something arrives or is sealed. The tables answer it from metadata of their parts. */
  async #version(): Promise<string> {
    const { database } = this.#store;
    const [row] = await this.#store.query<Record<string, string>>(
      `SELECT (SELECT (count(), max(received_at)) FROM ${database}.invocations) AS invocations,
        (SELECT (count(), max(received_at)) FROM ${database}.sandbox_ends) AS ends,
        (SELECT (count(), max(sealed_at)) FROM ${database}.seals) AS seals`,
    );
    return JSON.stringify(row);
  }
}

const viewsOfStores = new WeakMap<Store, Views>();

/** The views of a store. */
export function viewsOf(store: Store): Views {
  const views = viewsOfStores.get(store) ?? new Views(store);
  viewsOfStores.set(store, views);
  return views;
}
