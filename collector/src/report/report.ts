import type { Picture } from '../charts/picture.ts';

/** What a report says: its pictures, in sections, and where they come from. */
export interface Report {
  readonly title: string;
  /** One line each: range, machine, version, date. */
  readonly facts: readonly string[];
  readonly sections: readonly Section[];
  /** Why something is not in it. */
  readonly remarks: readonly string[];
}

export interface Section {
  /** Name of a function or an experiment, as it came. */
  readonly heading: string;
  /** One line. */
  readonly subheading?: string;
  readonly pictures: readonly Picture[];
}
