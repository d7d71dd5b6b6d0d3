import type { Line } from '../table.ts';

/** A question that is scored against a truth, in addition to the judge of fates. */
export interface Section {
  /** Its name for `--only`. */
  readonly name: string;
  /** The simulation, in a sentence or two. */
  readonly about: string;
  /** Data sets at a scale of 1; fewer or more in proportion. */
  readonly measure: (scale: number) => readonly Line[];
}

/** An estimate; the ends of its interval may be absent. */
export interface Interval {
  readonly low?: number;
  readonly high?: number;
}

/** Whether an interval contains a truth; one without ends contains nothing. */
export function holds({ low = Infinity, high = -Infinity }: Interval, truth: number): boolean {
  return low <= truth && truth <= high;
}

/** How often something was true. */
export class Tally {
  #hits = 0;
  #n = 0;

  add(isSo: boolean): void {
    this.#n += 1;
    if (isSo) this.#hits += 1;
  }

  get n(): number {
    return this.#n;
  }

  get share(): number {
    return this.#hits / this.#n;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A line about a share with a minimum. */
export function atLeast(what: string, wanted: number, tally: Tally, of: string): Line {
  const { share, n } = tally;
  return {
    what,
    wanted: `≥ ${100 * wanted} %`,
    reached: percent(share),
    n: `${n} ${of}`,
    holds: share >= wanted,
  };
}

/** A line about a share with a maximum. */
export function atMost(what: string, wanted: number, tally: Tally, of: string): Line {
  const { share, n } = tally;
  return {
    what,
    wanted: `≤ ${100 * wanted} %`,
    reached: percent(share),
    n: `${n} ${of}`,
    holds: share <= wanted,
  };
}

/** A line about the largest relative error. */
export function within(what: string, wanted: number, errors: readonly number[], of: string): Line {
  const worst = Math.max(...errors.map(Math.abs));
  return {
    what,
    wanted: `within ${100 * wanted} %`,
    reached: `at most ${(100 * worst).toFixed(2)} % off`,
    n: `${errors.length} ${of}`,
    holds: worst <= wanted,
  };
}
