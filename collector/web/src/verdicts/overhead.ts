/** Verdicts about the overhead of calls, and about clocks. */
import type { ClocksEntry, CostEntry, OverheadEntry } from '../api/answers.ts';
import { nameOf } from './names.ts';
import { count, counted, duration, share } from '../words.ts';

/** How much time does a call take outside the function? */
export function overheadVerdict(entries: readonly OverheadEntry[]): string {
  const known = entries.filter(({ warm }) => warm.overheadMs.value !== undefined);
  const [first] = known.toSorted((a, b) => b.warm.n - a.warm.n);
  if (!first) {
    const [most] = entries.toSorted((a, b) => b.basis.n - a.basis.n);
    return `What else callers wait for is not known yet (${count(most?.basis.n ?? 0)} of ${count(most?.basis.needed ?? 20)} calls recorded on both sides).`;
  }
  const cold = first.cold.overheadMs.value;
  const name = entries.length === 1 ? 'A warm call' : `A warm call of ${nameOf(first, entries)}`;
  return `${name} takes its caller ${duration(first.warm.overheadMs.value ?? 0)} beside the function${cold === undefined ? '' : `; a cold one, ${duration(cold)}`}.`;
}

/** What does it cost to send more? */
export function payloadVerdict(entry: OverheadEntry | undefined): string {
  const slope = entry?.payload?.msPerMb;
  if (slope?.value === undefined) return 'The calls do not include requests of several sizes.';
  if ((slope.low ?? -Infinity) <= 0) return `No clear cost of size: ${duration(slope.value)} a MB.`;
  return `Each MB of a request takes ${duration(slope.value)} more.`;
}

/** How late do events come? */
export function triggersVerdict(entry: OverheadEntry | undefined): string {
  const [first] = (entry?.triggers ?? []).toSorted((a, b) => b.n - a.n);
  if (first?.p50Ms.value === undefined) return 'No event has the time when it happened.';
  const tail =
    first.p95Ms.value === undefined ? '' : `; one in twenty later than ${duration(first.p95Ms.value)}`;
  return `Half of ${counted(first.n, 'event')} are handled within ${duration(first.p50Ms.value)}${tail}.`;
}

/** How far are clocks apart? */
export function clocksVerdict(epochs: readonly ClocksEntry[]): string {
  const known = epochs.filter(({ offsetMs }) => offsetMs.low !== undefined && offsetMs.high !== undefined);
  if (known.length === 0) return 'Clock offsets are unknown: no call was recorded on both sides.';
  const apart = known.filter(({ offsetMs: { low = 0, high = 0 } }) => low > 0 || high < 0);
  const widest = Math.max(
    ...known.map(({ offsetMs: { low = 0, high = 0 } }) => Math.max(Math.abs(low), Math.abs(high))),
  );
  if (apart.length === 0)
    return `${known.length === 1 ? 'Both clocks agree' : `All ${counted(known.length, 'pair')} of clocks agree`} within ${duration(widest)}.`;
  const [worst] = apart.toSorted((a, b) => Math.abs(b.offsetMs.value ?? 0) - Math.abs(a.offsetMs.value ?? 0));
  const value = worst?.offsetMs.value ?? 0;
  return `${counted(apart.length, 'pair')} of clocks of ${count(known.length)} ${apart.length === 1 ? 'does' : 'do'} not agree; the worst is ${duration(Math.abs(value))} ${value > 0 ? 'ahead' : 'behind'}.`;
}

/** What does Sandscope itself cost? */
export function selfVerdict(entry: CostEntry | undefined): string {
  if (!entry?.telemetry) return 'The overhead of Sandscope itself is not reported here.';
  const { beforeResponseMs, share: part } = entry.telemetry;
  return `Sandscope itself adds ${duration(beforeResponseMs)} before the response; with exports, up to ${share(part)} of what is billed.`;
}
