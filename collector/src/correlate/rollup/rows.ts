import type { SandboxFacts } from '../sandbox-facts.ts';

/** Durations of a function, counted in bins of their length: cold, warm and unknown. */
export type DurationBin = readonly [bin: number, cold: number, warm: number, unknown: number];

export interface DurationRow {
  readonly function: string;
  readonly lastStartUnixNano: bigint;
  readonly bins: readonly DurationBin[];
  readonly weight?: number;
}

/** One sandbox of one function in a time range, whatever the number of its uses. */
export interface LifeRow {
  readonly key: string;
  readonly function: string;
  /** Its name; empty for all invocations that named no sandbox. */
  readonly environment: string;
  /** The last id it reported. */
  readonly sandboxId: string;
  readonly version: string;
  readonly firstStartMs: number;
  readonly lastStartMs: number;
  readonly lastEndMs: number;
  readonly invocations: number;
  readonly mostConcurrent: number;
  /** Start and initialisation of its cold starts; the latter is below 0 if unknown. */
  readonly coldStarts: readonly (readonly [startMs: number, initMs: number])[];
  readonly processes: readonly ProcessRow[];
  /** Reported facts about its kernel and host. */
  readonly facts: SandboxFacts;
}

/** One process: the reported sandbox id, its start, and its ordinals. */
export type ProcessRow = readonly [
  sandboxId: string,
  ticks: string,
  ordinalMin: string,
  ordinalMax: string,
  seen: string,
];
