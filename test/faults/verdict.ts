import type { Outcome } from './outcome.ts';

/** No fault sends more than a few MB at a time, so neither process may grow beyond this. */
const MAX_SERVER_BYTES = 1024 ** 3;
const MAX_ENGINE_BYTES = 1.5 * 1024 ** 3;

/** Limits of the other measurements, by name; each is about a configured time or limit of the collector. */
const MAX_FIGURES: Readonly<Record<string, number>> = {
  droppedForTarget: 0,
  wrongBombAnswers: 0,
  unexpectedAnswers: 0,
  heldTooLong: 0,
  refusedMeanwhile: 0,
  badExits: 0,
  slowestStopMillis: 10_000,
  largestCpuMillis: 1000,
  slowestAnswerMillis: 2000,
  mostOpen: 200,
};

/** What went wrong; empty if nothing did. */
export function faultsFound(outcome: Outcome): string[] {
  const { lostSpans, repeatedSpans, repeatedInvocations, wrongAnswers, crashes } = outcome;
  const zeros = { lostSpans, repeatedSpans, repeatedInvocations, wrongAnswers, crashes };
  const found = Object.entries(zeros)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}: ${value}`);
  if (outcome.peakServerBytes > MAX_SERVER_BYTES) found.push(`peakServerBytes: ${outcome.peakServerBytes}`);
  if ((outcome.peakEngineBytes ?? 0) > MAX_ENGINE_BYTES)
    found.push(`peakEngineBytes: ${outcome.peakEngineBytes}`);
  for (const [name, value] of Object.entries(outcome.figures)) {
    if (value > (MAX_FIGURES[name] ?? Number.POSITIVE_INFINITY)) found.push(`${name}: ${value}`);
  }
  return found;
}
