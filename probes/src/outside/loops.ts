import type { Sample } from './sample.ts';
import type { CallSpec, UnitContext } from './unit.ts';

/** A call may fail at once; a caller that then calls again at once would only measure how fast failing is. */
const AFTER_FAILURE_MS = 100;

/** See {@link UnitContext.closedLoop}. */
export async function closedLoop(
  { call, now }: Pick<UnitContext, 'call' | 'now'>,
  width: number,
  durationMs: number,
  spec: (caller: number) => CallSpec,
): Promise<Sample[]> {
  const until = now() + durationMs;
  const lanes = Array.from({ length: width }, async (_, caller) => {
    const own: Sample[] = [];
    while (now() < until) {
      const sample = await call(spec(caller));
      own.push(sample);
      if (sample.outcome === 'error') await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
    }
    return own;
  });
  return (await Promise.all(lanes)).flat();
}

/** See {@link UnitContext.openLoop}. */
export async function openLoop(
  { call, now, pause }: Pick<UnitContext, 'call' | 'now' | 'pause'>,
  arrivalsMs: readonly number[],
  spec: (index: number) => CallSpec,
): Promise<Sample[]> {
  const from = now();
  const calls: Promise<Sample>[] = [];
  for (const [index, arrivalMs] of arrivalsMs.entries()) {
    const scheduledMs = from + arrivalMs;
    await pause(scheduledMs - now());
    const made = call({ ...spec(index), scheduledMs });
    // Awaited once all calls are made; until then, ending the run must not cause an unhandled rejection.
    made.catch(() => {});
    calls.push(made);
  }
  return Promise.all(calls);
}
