/** Pictures update by themselves while their range ends now, unless the user pauses them or the page is hidden. */
import { useSyncExternalStore } from 'react';

const EVERY_MILLIS = 4000;
/** Answers that are read rather than watched, and cost more, are refreshed at every n-th tick. */
const SLOW_TICKS = 8;

/** How often an answer is requested again: never, for a range in the past; at each tick; or at every n-th tick. */
export type Liveness = boolean | 'slow';

let tick = 0;
let isPaused = false;
let lastNewsMillis: number | undefined;
let failedSinceMillis: number | undefined;
let version = 0;
const listeners = new Set<() => void>();

function changed(): void {
  version += 1;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Starts the refresh timer; called once, when the page starts. */
export function startLive(): void {
  setInterval(() => {
    if (isPaused || document.hidden) return;
    tick += 1;
    changed();
  }, EVERY_MILLIS);
}

export function setPaused(paused: boolean): void {
  isPaused = paused;
  if (!paused) tick += 1;
  changed();
}

/** Reports whether an answer arrived. */
export function noteNews(isGood: boolean): void {
  if (isGood) [lastNewsMillis, failedSinceMillis] = [Date.now(), undefined];
  else failedSinceMillis ??= Date.now();
  changed();
}

/** Increases by one at each refresh; constant for a range that does not end now. */
export const useTick = (liveness: Liveness): number =>
  useSyncExternalStore(subscribe, () =>
    liveness === 'slow' ? Math.floor(tick / SLOW_TICKS) : liveness ? tick : 0,
  );

export interface LiveState {
  readonly isPaused: boolean;
  readonly lastNewsMillis: number | undefined;
  readonly failedSinceMillis: number | undefined;
}

export function useLiveState(): LiveState {
  useSyncExternalStore(subscribe, () => version);
  return { isPaused, lastNewsMillis, failedSinceMillis };
}

export const isPausedNow = (): boolean => isPaused;
