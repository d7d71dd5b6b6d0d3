import type { Picture } from '../charts/picture.ts';

/** The content of a report: its charts, in sections, and their sources. */
export interface Report {
  readonly title: string;
  /** One line each: range, machine, version, date. */
  readonly facts: readonly string[];
  readonly sections: readonly Section[];
  /** Why something is missing. */
  readonly remarks: readonly string[];
}

export interface Section {
  /** Raw name of a function or an experiment. */
  readonly heading: string;
  /** One line. */
  readonly subheading?: string;
  readonly pictures: readonly Picture[];
}
