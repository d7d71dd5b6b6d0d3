import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { ProbeError } from '../errors.ts';
import type { AnswerFacts } from './function-answer.ts';
import type { ClockStep } from './result.ts';
import type { DiscardReason, Sample } from './sample.ts';

/** The identity of a run: it is resumed only as the same one. */
export interface JournalHeader {
  readonly runId: string;
  readonly experiment: string;
  readonly startedUnixMs: number;
  readonly seed: number;
  readonly timeScale: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The target, as in the result. */
  readonly target: unknown;
}

type Line =
  | { readonly header: JournalHeader }
  | { readonly sample: Sample }
  | { readonly discard: number; readonly reason: DiscardReason }
  | { readonly amend: number; readonly told: AnswerFacts }
  | { readonly done: string }
  | { readonly clockStep: ClockStep }
  | { readonly end: true };

/** The content of a journal. */
export interface JournalState {
  readonly header: JournalHeader | undefined;
  readonly samples: ReadonlyMap<number, Sample>;
  readonly doneUnits: ReadonlySet<string>;
  readonly clockSteps: readonly ClockStep[];
  readonly ended: boolean;
}

/**
 * The NDJSON file of a run: each sample is written at once, and synced to disk when a unit is done, so that a run can
 * be resumed after any interruption.
 */
export class Journal {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * Opens a journal to append to; an incomplete last line, left by a crash, is cut off.
   *
   * @throws {ProbeError} `ERR_PROBE_JOURNAL`
   */
  static open(path: string): { readonly journal: Journal; readonly state: JournalState } {
    try {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
      const state = readLines(whole);
      return { journal: new Journal(openSync(path, 'a', 0o600)), state };
    } catch (error) {
      const why = (error as Error).message;
      throw new ProbeError('ERR_PROBE_JOURNAL', `the journal ${path} cannot be used: ${why}`, {
        cause: error,
      });
    }
  }

  begin(header: JournalHeader): void {
    this.#write({ header }, true);
  }

  sample(sample: Sample): void {
    this.#write({ sample });
  }

  discard(index: number, reason: DiscardReason): void {
    this.#write({ discard: index, reason });
  }

  amend(index: number, told: AnswerFacts): void {
    this.#write({ amend: index, told });
  }

  done(unit: string): void {
    this.#write({ done: unit }, true);
  }

  clockStep(clockStep: ClockStep): void {
    this.#write({ clockStep });
  }

  /** The plan has been carried out. */
  end(): void {
    this.#write({ end: true }, true);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(line: Line, force = false): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    if (force) fsyncSync(this.#file);
  }
}

function readLines(text: string): JournalState {
  let header: JournalHeader | undefined;
  const samples = new Map<number, Sample>();
  const doneUnits = new Set<string>();
  const clockSteps: ClockStep[] = [];
  let ended = false;
  for (const one of text.split('\n')) {
    if (one === '') continue;
    const line = JSON.parse(one) as Line;
    if ('header' in line) header = line.header;
    else if ('sample' in line) samples.set(line.sample.index, line.sample);
    else if ('discard' in line) {
      const sample = samples.get(line.discard);
      if (sample) samples.set(sample.index, discarded(sample, line.reason));
    } else if ('amend' in line) {
      const sample = samples.get(line.amend);
      if (sample) samples.set(sample.index, amended(sample, line.told));
    } else if ('done' in line) doneUnits.add(line.done);
    else if ('clockStep' in line) clockSteps.push(line.clockStep);
    else ended = true;
  }
  return { header, samples, doneUnits, clockSteps, ended };
}

/** The sample, kept but not counted; an error stays an error. */
export function discarded(sample: Sample, reason: DiscardReason): Sample {
  return sample.outcome === 'error' ? sample : { ...sample, outcome: 'discarded', discarded: reason };
}

/** The sample with the facts that the function reported later. */
export function amended(sample: Sample, { facts, start, sandboxId, hostId }: AnswerFacts): Sample {
  return {
    ...sample,
    ...(start !== 'unknown' && { start, startGround: 'answer' }),
    ...(sandboxId !== undefined && { sandboxId }),
    ...(hostId !== undefined && { hostId }),
    function: facts,
  };
}
