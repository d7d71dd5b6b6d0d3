import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from './caller.ts';
import type { ClientSpans } from './client-spans.ts';
import { ClockWatch } from './clock-watch.ts';
import type { Journal, JournalState } from './journal.ts';
import { amended, discarded } from './journal.ts';
import { closedLoop, openLoop } from './loops.ts';
import type { ClockStep } from './result.ts';
import { measured } from './sample.ts';
import type { Sample } from './sample.ts';
import type { Target } from './target.ts';
import type { Unit, UnitContext } from './unit.ts';

/** Limits of a run. */
export interface Ceilings {
  readonly calls: number;
  readonly durationMs: number;
}

/** Progress of a run. */
export interface RunProgress {
  readonly unitsDone: number;
  readonly units: number;
  readonly calls: number;
  readonly failed: number;
  /** Planned duration of the rest, at the pace so far: a platform that evicts on command needs none of its waits. */
  readonly leftMs: number;
}

export interface RunOptions {
  readonly target: Target;
  readonly units: readonly Unit[];
  readonly journal: Journal;
  /** The journal's content when it was opened; its units are not repeated. */
  readonly before: JournalState;
  /** On the wall clock; from the journal if the run is resumed. */
  readonly startedUnixMs: number;
  readonly timeScale: number;
  readonly timeoutMs: number;
  readonly ceilings: Ceilings;
  /** Included in the event of every call. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Calls have no body: the target is called as it is. */
  readonly withoutBody?: boolean;
  /** Whether answers must contain facts about the function; default false. */
  readonly needsFacts?: boolean;
  readonly spans?: ClientSpans;
  /** Pauses before a unit is retried; one retry per pause. Default 1 s, 5 s. */
  readonly retryPausesMs?: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly notice?: (message: string) => void;
}

export interface RunOutcome {
  readonly samples: readonly Sample[];
  readonly clockSteps: readonly ClockStep[];
  readonly complete: boolean;
  /** Why the run ended before its plan was done. */
  readonly endedBy?: 'signal' | 'calls' | 'duration' | 'unreachable';
  readonly eventLoopDelayMaxMs: number;
  /** ms since the start. */
  readonly endedMs: number;
}

/** A lost network or an overloaded platform needs a moment. */
const RETRY_PAUSES_MS = [1_000, 5_000];
/** Number of consecutive units without any answer after which the run stops. */
const MAX_SILENT_UNITS = 3;
/** Longest pause that a platform can request: a run must continue at some time. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Ends a unit whose result is lost already, before it waits any longer. */
class SpoiltUnit extends Error {}

/** Carries out a plan, unit after unit. Never rejects because of the target. */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const {
    units,
    journal,
    before,
    startedUnixMs,
    ceilings,
    signal,
    notice = () => {},
    retryPausesMs = RETRY_PAUSES_MS,
  } = options;
  const samples = new Map(before.samples);
  const elapsed = Math.max(
    0,
    Date.now() - startedUnixMs,
    ...[...samples.values()].map(({ endMs = 0 }) => endMs),
  );
  const origin = performance.now() - elapsed;
  const clock = new ClockWatch(origin);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let endedBy: RunOutcome['endedBy'];
  const end = (why: NonNullable<RunOutcome['endedBy']>): void => {
    endedBy ??= why;
    stop.abort();
  };
  const timer = setTimeout(
    () => end('duration'),
    Math.min(2 ** 31 - 1, Math.max(0, ceilings.durationMs - elapsed)),
  );
  const discard = (chosen: readonly Sample[], reason: NonNullable<Sample['discarded']>): void => {
    for (const { index } of chosen) {
      const sample = samples.get(index);
      if (sample?.outcome !== 'ok') continue;
      samples.set(index, discarded(sample, reason));
      journal.discard(index, reason);
    }
  };
  const caller = new Caller({
    ...options,
    origin,
    firstIndex: Math.max(-1, ...samples.keys()) + 1,
    keep: (sample, retryAfterMs = 0) => {
      if (isOver) return;
      askedPauseMs = Math.max(askedPauseMs, Math.min(MAX_RETRY_AFTER_MS, retryAfterMs));
      samples.set(sample.index, sample);
      journal.sample(sample);
      if (samples.size >= ceilings.calls) end('calls');
    },
  });
  discard(
    [...samples.values()].filter(({ unit }) => !before.doneUnits.has(unit)),
    'interrupted',
  );
  const left = new Set(units.filter(({ id }) => !before.doneUnits.has(id)));
  const beganAt = performance.now();
  let plannedDoneMs = 0;
  const tell = (): void => {
    const pace = plannedDoneMs > 0 ? (performance.now() - beganAt) / plannedDoneMs : 1;
    options.onProgress?.(progressOf(units, left, samples, options.timeScale, pace));
  };
  const finish = (unit: Unit): void => {
    plannedDoneMs += plannedMs(unit, options.timeScale);
    journal.done(unit.id);
    left.delete(unit);
  };
  /**
   * Units without any answer, until another one is answered: if the target is gone, they are not done, and are repeated
   * when the run is resumed.
   */
  const silent: Unit[] = [];
  let hasAnswered = measured([...samples.values()]).length > 0;
  let askedPauseMs = 0;
  let isOver = false;
  let eventLoopDelayMaxMs = 0;
  tell();
  try {
    for (const unit of [...left]) {
      if (both.aborted) break;
      const answered = await attempt(unit);
      if (both.aborted) break;
      silent.push(unit);
      if (answered) {
        hasAnswered = true;
        silent.splice(0).forEach(finish);
      } else if (silent.length >= MAX_SILENT_UNITS) end('unreachable');
      tell();
    }
    if (!both.aborted && hasAnswered) silent.splice(0).forEach(finish);
    else if (silent.length > 0) end('unreachable');
  } finally {
    // Answers to abandoned calls.
    isOver = true;
    clearTimeout(timer);
    ({ eventLoopDelayMaxMs } = clock.stop());
  }
  for (const step of clock.steps) journal.clockStep(step);
  const complete = left.size === 0;
  if (complete) journal.end();
  return {
    samples: [...samples.values()].sort((a, b) => a.index - b.index),
    clockSteps: [...before.clockSteps, ...clock.steps],
    complete,
    ...(!complete && { endedBy: endedBy ?? 'signal' }),
    eventLoopDelayMaxMs,
    endedMs: performance.now() - origin,
  };

  /** @returns false if no call was answered */
  async function attempt(unit: Unit): Promise<boolean> {
    for (let turn = 0; ; turn += 1) {
      const own: Sample[] = [];
      const pending = new Set<Promise<unknown>>();
      askedPauseMs = 0;
      const context = contextOf(unit, own, pending);
      try {
        await unit.run(context);
      } catch (error) {
        if (both.aborted) return true;
        if (!(error instanceof SpoiltUnit)) throw error;
      }
      // Calls that an invalidated unit did not wait for.
      await Promise.allSettled(pending);
      if (both.aborted) return true;
      const failures = own.filter(({ outcome }) => outcome === 'error');
      const answered = own.some(({ outcome }) => outcome !== 'error');
      if (failures.length === 0) return true;
      const isSpoilt = unit.isAtomic !== false || !answered;
      if (!isSpoilt) return true;
      discard(own, 'batch_failed');
      if (turn >= retryPausesMs.length) return answered;
      notice(`${unit.id}: ${failures[0]?.error?.code}: ${failures[0]?.error?.message}; tried again`);
      const pauseMs = Math.max(retryPausesMs[turn]!, askedPauseMs);
      await sleep(pauseMs, undefined, { signal: both }).catch(() => {});
      if (both.aborted) return true;
    }
  }

  function contextOf(unit: Unit, own: Sample[], pending: Set<Promise<unknown>>): UnitContext {
    const call: UnitContext['call'] = async (spec) => {
      both.throwIfAborted();
      const made = caller.call(unit.id, spec).then((sample) => {
        own.push(sample);
        return sample;
      });
      const waited = orAborted(made, both);
      pending.add(waited);
      return waited.finally(() => pending.delete(waited));
    };
    const pause = async (ms: number): Promise<void> => {
      if (unit.isAtomic !== false && own.some(({ outcome }) => outcome === 'error')) throw new SpoiltUnit();
      if (ms > 0) await sleep(ms, undefined, { signal: both });
    };
    const now = (): number => performance.now() - origin;
    return {
      now,
      call,
      together: (count, spec) => Promise.all(Array.from({ length: count }, (_, index) => call(spec(index)))),
      closedLoop: (width, durationMs, spec) => closedLoop({ call, now }, width, durationMs, spec),
      openLoop: (arrivals, spec) => openLoop({ call, now, pause }, arrivals, spec),
      wait: (plannedMs) => pause(plannedMs / options.timeScale),
      pause,
      makeCold: async (plannedMs, functionName) => {
        const isRenewed = options.target.renew !== undefined;
        if (options.target.renew) await options.target.renew(functionName);
        else await pause(plannedMs / options.timeScale);
        return { isRenewed };
      },
      urlOf: (functionName) => options.target.urlOf?.(functionName),
      discard,
      amend: ({ index }, told) => {
        const sample = samples.get(index);
        if (!sample) return;
        samples.set(index, amended(sample, told));
        journal.amend(index, told);
      },
      timeScale: options.timeScale,
    };
  }
}

/** The result, unless the signal aborts first. */
async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const plannedMs = ({ waitMs, workMs }: Unit, timeScale: number): number => waitMs / timeScale + workMs;

/** @param pace real time over planned time */
function progressOf(
  units: readonly Unit[],
  left: ReadonlySet<Unit>,
  samples: ReadonlyMap<number, Sample>,
  timeScale: number,
  pace: number,
): RunProgress {
  let leftMs = 0;
  for (const unit of left) leftMs += pace * plannedMs(unit, timeScale);
  let failed = 0;
  for (const { outcome } of samples.values()) if (outcome === 'error') failed += 1;
  return { unitsDone: units.length - left.size, units: units.length, calls: samples.size, failed, leftMs };
}
