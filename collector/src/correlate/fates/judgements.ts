import { setTimeout as delay } from 'node:timers/promises';
import { CollectorError } from '../../errors/errors.ts';
import type { Store } from '../../store/index.ts';
import { uncancelled } from '../../store/index.ts';
import { loadEvidenceRanges } from './evidence-start.ts';
import type { EvidenceRange } from './evidence-start.ts';
import { judgeAside } from './judge-aside.ts';
import { JudgedFunction } from './judged-function.ts';
import type { JudgedDeployment } from './judged-function.ts';
import { readEvidence } from './read-evidence.ts';

/** Functions with no more evidence than this in total are judged while the caller waits, invocations. */
const JUDGED_AT_ONCE = 50_000;
/** Longest wait of a question about a past time, ms; functions not judged by then are missing. */
const LONGEST_WAIT_MS = 8_000;
/** Without new data, a judgement is renewed only after this time, ms. */
const SAME_MOMENT_MS = 1_000;
/** Answers as of a moment this close to now follow the clock, ms. */
const NOW_MS = 20_000;
/** After judging in the background, it pauses for this multiple of the time it took. */
const IDLE_PER_COST = 2;
/** Number of moments for which the judgement of a function is kept. */
const MOMENTS_KEPT = 2;

interface Kept {
  readonly untilMs: number;
  readonly version: string;
  readonly judged: JudgedFunction;
}

/** Judgements of the requested functions. */
export interface Judged {
  readonly functions: ReadonlyMap<string, JudgedFunction>;
  /** Functions that are not judged yet. */
  readonly missing: number;
}

/**
 * The judgements of a store. Small evidence is judged on request. For large evidence the last judgement is returned,
 * and a new one is made in the background: fitting the laws of idle times takes a tenth of a second per function.
 */
export class Judgements {
  readonly #store: Store;
  readonly #kept = new Map<string, readonly Kept[]>();
  readonly #waiting = new Set<string>();
  #isWorking = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Judges functions as of a moment, from their evidence up to it; the other parts of the question have no effect.
   *
   * @param name of the only function; default all that were seen
   * @param fromMs start of what is asked for: functions that were silent ever since may be absent
   */
  async of(
    name: string | undefined,
    { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
    signal?: AbortSignal,
  ): Promise<Judged> {
    const ranges = await loadEvidenceRanges(this.#store, name, { fromMs, untilMs }, signal);
    const functions = new Map<string, JudgedFunction>();
    const lacking: EvidenceRange[] = [];
    for (const range of ranges) {
      const kept = this.#find(range, untilMs);
      if (kept) functions.set(range.function, kept.judged);
      else lacking.push(range);
    }
    const isNow = Date.now() - untilMs < NOW_MS;
    const isLittle = lacking.reduce((sum, { rows }) => sum + rows, 0) <= JUDGED_AT_ONCE;
    if (isLittle || name !== undefined || !isNow) {
      const done = await this.#judge(lacking, name, untilMs, signal);
      for (const [of, judged] of done) functions.set(of, judged);
      return { functions, missing: lacking.length - done.size };
    }
    for (const { function: of } of lacking) {
      const last = this.#kept.get(of)?.at(-1);
      if (last) functions.set(of, last.judged);
      this.#waiting.add(of);
    }
    void uncancelled(() => this.#work());
    return { functions, missing: ranges.length - functions.size };
  }

  #find({ function: of, version }: EvidenceRange, untilMs: number): Kept | undefined {
    return this.#kept.get(of)?.findLast((kept) => {
      const laterMs = untilMs - kept.untilMs;
      return kept.version === version && laterMs >= 0 && laterMs <= SAME_MOMENT_MS;
    });
  }

  async #judge(
    ranges: readonly EvidenceRange[],
    name: string | undefined,
    untilMs: number,
    signal?: AbortSignal,
  ): Promise<Map<string, JudgedFunction>> {
    const done = new Map<string, JudgedFunction>();
    const begun = performance.now();
    for (const portion of portions(ranges)) {
      if (performance.now() - begun > LONGEST_WAIT_MS) break;
      const deployments = new Map<string, JudgedDeployment[]>(
        portion.map(({ function: of }) => [of, []] as const),
      );
      const evidence = await readEvidence(this.#store, portion, name, untilMs, signal).catch(tooMuch);
      if (evidence === undefined) continue;
      for (const own of await judgeAside(evidence)) deployments.get(own.deployment.function)?.push(own);
      for (const { function: of, version } of portion) {
        const judged = new JudgedFunction(deployments.get(of) ?? []);
        done.set(of, judged);
        this.#keep(of, { untilMs, version, judged });
      }
    }
    return done;
  }

  #keep(of: string, kept: Kept): void {
    this.#kept.set(of, [...(this.#kept.get(of) ?? []), kept].slice(-MOMENTS_KEPT));
  }

  /** Judges the waiting functions one after the other. A failed judgement is retried at the next question about it. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (const of of this.#waiting) {
        const begun = performance.now();
        const untilMs = Date.now();
        await this.#judge(
          await loadEvidenceRanges(this.#store, of, { fromMs: untilMs, untilMs }),
          of,
          untilMs,
        );
        this.#waiting.delete(of);
        await delay(IDLE_PER_COST * (performance.now() - begun), undefined, { ref: false });
      }
    } catch {
      this.#waiting.clear();
    } finally {
      this.#isWorking = false;
    }
  }
}

/** A function beyond a limit of the engine stays without a judgement; the rest of the answer is still available. */
function tooMuch(error: unknown): undefined {
  if (!(error instanceof CollectorError) || error.code !== 'ERR_QUERY_LIMIT') throw error;
}

/** Groups of functions whose evidence is read together: many small ones, or one large one. */
function* portions(ranges: readonly EvidenceRange[]): Generator<EvidenceRange[]> {
  let portion: EvidenceRange[] = [];
  let rows = 0;
  for (const range of ranges) {
    if (portion.length > 0 && rows + range.rows > JUDGED_AT_ONCE) {
      yield portion;
      portion = [];
      rows = 0;
    }
    portion.push(range);
    rows += range.rows;
  }
  if (portion.length > 0) yield portion;
}

const judgementsOfStores = new WeakMap<Store, Judgements>();

/** The judgements of a store. */
export function judgementsOf(store: Store): Judgements {
  const judgements = judgementsOfStores.get(store) ?? new Judgements(store);
  judgementsOfStores.set(store, judgements);
  return judgements;
}
