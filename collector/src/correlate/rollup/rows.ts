import type { SandboxFacts } from '../sandbox-facts.ts';

/** Durations of a function, counted by bins of their length: some cold, some warm, some unknown. */
export type DurationBin = readonly [bin: number, cold: number, warm: number, unknown: number];

export interface DurationRow {
  readonly function: string;
  readonly lastStartUnixNano: bigint;
  readonly bins: readonly DurationBin[];
  readonly weight?: number;
}

/** One sandbox of one function through a stretch of time, however much it was used. */
export interface LifeRow {
  readonly key: string;
  readonly function: string;
  /** Where it ran; empty for all invocations that told of no sandbox. */
  readonly environment: string;
  /** The id it told last. */
  readonly sandboxId: string;
  readonly version: string;
  readonly firstStartMs: number;
  readonly lastStartMs: number;
  readonly lastEndMs: number;
  readonly invocations: number;
  readonly mostConcurrent: number;
  /** Start and initialisation of what started cold; the latter below 0 where it is not known. */
  readonly coldStarts: readonly (readonly [startMs: number, initMs: number])[];
  readonly processes: readonly ProcessRow[];
  /** What it told of its kernel and host. */
  readonly facts: SandboxFacts;
}

/** One process: the sandbox's id that it told, when it started, and its ordinals. */
export type ProcessRow = readonly [
  sandboxId: string,
  ticks: string,
  ordinalMin: string,
  ordinalMax: string,
  seen: string,
];
