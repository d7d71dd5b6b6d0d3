/** Verdicts about money and memory. */
import type { CostEntry, MemoryEntry } from '../api/answers.ts';
import type { Part } from '../charts/parts.ts';
import { interval, megabytes, money, share, count } from '../words.ts';
import { nameOf } from './names.ts';

export type Goal = 'cheapest' | 'balanced' | 'fastest';
type Size = MemoryEntry['sizes'][number];

/** If calls are this much faster than predicted at the size they ran at, no quota throttles them. */
const OFF_THE_LAW = 1.15;
/** A balanced size is at most this much slower than the fastest. */
const BALANCED = 1.1;
/** A smaller difference in time counts as none. */
const SAME = 0.02;

/** Mean time at the size that calls ran at, ms. */
export function measuredMs({ measured, fromMb }: MemoryEntry): number | undefined {
  const own = measured.filter(({ memoryMb }) => memoryMb === fromMb);
  const n = own.reduce((sum, one) => sum + one.n, 0);
  return n === 0 ? undefined : own.reduce((sum, one) => sum + one.n * one.meanMs, 0) / n;
}

/** Whether calls are throttled as the law of the quota predicts. */
export function followsLaw(entry: MemoryEntry): boolean {
  const predicted = entry.sizes.find(({ memoryMb }) => memoryMb === entry.fromMb)?.meanMs.value;
  const seen = measuredMs(entry);
  return predicted === undefined || seen === undefined || predicted <= OFF_THE_LAW * seen;
}

/** The best size for a goal, among those with at least the memory that was used. */
export function sizeFor({ sizes, fastestMb }: MemoryEntry, goal: Goal): Size | undefined {
  const fitting = sizes.filter(({ fits, meanMs }) => fits !== false && meanMs.value !== undefined);
  const cheapest = (some: readonly Size[]): Size | undefined =>
    some
      .filter(({ perMillion }) => perMillion !== undefined)
      .toSorted((a, b) => (a.perMillion ?? 0) - (b.perMillion ?? 0) || a.memoryMb - b.memoryMb)[0];
  const fastest = fitting.find(({ memoryMb }) => memoryMb === fastestMb);
  if (goal === 'fastest') return fastest;
  if (goal === 'cheapest') return cheapest(fitting);
  const bound = BALANCED * (fastest?.meanMs.value ?? Infinity);
  return cheapest(fitting.filter(({ meanMs }) => (meanMs.value ?? Infinity) <= bound)) ?? fastest;
}

/** `35 % faster`, `as fast`. */
function compared(after: number, before: number, less: string, more: string, same: string): string {
  const change = after / before - 1;
  if (!Number.isFinite(change) || Math.abs(change) < SAME) return same;
  return change < 0
    ? `${share(-change)} ${less}`
    : change > 1
      ? `${(1 + change).toFixed(1)} times ${more}`
      : `${share(change)} ${more}`;
}

/** Would other memory be cheaper or faster? */
export function memoryVerdict(entry: MemoryEntry | undefined, goal: Goal): string {
  if (!entry) return 'The effect of other memory sizes is unknown: no function reported its memory.';
  const { basis, fromMb, sizes } = entry;
  if (!basis.enough)
    return `The effect of other memory sizes is not known yet (${count(basis.n)} of ${count(basis.needed)} warm calls).`;
  const now = sizes.find(({ memoryMb }) => memoryMb === fromMb);
  const wanted = sizeFor(entry, goal);
  if (fromMb === undefined || now === undefined || wanted === undefined)
    return 'The effect of other memory sizes cannot be predicted here: how CPU grows with memory is unknown.';
  if (!followsLaw(entry))
    return `At ${megabytes(fromMb)} calls are faster than a CPU quota allows; it is probably not enforced, so other memory would change little.`;
  if (wanted.memoryMb === fromMb) return `${megabytes(fromMb)}, as it is, is ${GOALS[goal]}.`;
  const time = compared(wanted.meanMs.value ?? 0, now.meanMs.value ?? 0, 'faster', 'slower', 'as fast');
  const cost =
    wanted.perMillion === undefined || now.perMillion === undefined
      ? undefined
      : compared(wanted.perMillion, now.perMillion, 'cheaper', 'dearer', 'as cheap');
  return `${megabytes(wanted.memoryMb)} would be ${time}${cost === undefined ? '' : ` and ${cost}`} than ${megabytes(fromMb)} today.`;
}

const GOALS: Readonly<Record<Goal, string>> = {
  cheapest: 'the cheapest size',
  balanced: 'the cheapest within 10 % of the fastest',
  fastest: 'as fast as any size',
};

/** Minimum share of the bill that is shown. */
const LEAST_PART = 0.005;

/** The parts of the cost of a million calls: fees, cold starts, and how warm calls spend their time. */
export function moneyParts(cost: CostEntry | undefined, memory: MemoryEntry | undefined): readonly Part[] {
  if (!cost?.perMillion) return [];
  const { requests, time, storage = 0 } = cost.perMillion;
  const init = time * (cost.initialisationShare ?? 0);
  const handler = Math.min(time - init, time * (cost.efficiency.time ?? 1 - (cost.initialisationShare ?? 0)));
  const mean = memory && measuredMs(memory);
  const { cpuMs, waitingMs } = memory ?? {};
  const isApart =
    memory?.fromMb === cost.memoryMb && mean !== undefined && cpuMs !== undefined && waitingMs !== undefined;
  const inCall = (millis: number): number => (mean ? (handler * Math.min(millis, mean)) / mean : 0);
  const held = isApart ? Math.max(0, mean - cpuMs - waitingMs) : 0;
  const work = isApart ? Math.max(0, Math.min(cpuMs, mean)) : 0;
  const parts: Part[] = isApart
    ? [
        {
          name: 'Waiting for I/O',
          note: 'network, disk, sleep',
          amount: handler - inCall(held) - inCall(work),
          colour: 'warm2',
          edge: 'warm',
        },
        { name: 'CPU at work', note: '', amount: inCall(work), colour: 'warm' },
        {
          name: 'Held back by the quota',
          note: 'until the next period',
          amount: inCall(held),
          colour: 'warm',
          isHatched: true,
        },
      ]
    : [{ name: 'The handler', note: 'including what it waits for', amount: handler, colour: 'warm' }];
  return [
    ...parts,
    { name: 'Cold starts', note: 'initialisation that is billed', amount: init, colour: 'cold' as const },
    {
      name: 'Beyond the handler',
      note: 'runtime, rounding, exports',
      amount: time - init - handler,
      colour: 'c3' as const,
    },
    {
      name: 'Temporary storage',
      note: 'beyond what is included',
      amount: storage,
      colour: 'c4' as const,
    },
    { name: 'Request fee', note: '', amount: requests, colour: 'c0' as const },
  ].filter(({ amount }) => amount > LEAST_PART * (requests + time + storage));
}

/** Where does the money go? */
export function moneyVerdict(cost: CostEntry | undefined, parts: readonly Part[]): string {
  const [greatest] = parts.toSorted((a, b) => b.amount - a.amount);
  if (!cost?.perMillion || !greatest) return 'The cost of calls is unknown: no price plan matches.';
  const all = parts.reduce((sum, { amount }) => sum + amount, 0);
  const { currency } = cost.plan ?? {};
  return `${share(greatest.amount / all)} goes to ${inSentence(greatest.name)}; a million calls cost ${money(all, currency)}.`;
}

const inSentence = (name: string): string => {
  const words: Readonly<Record<string, string>> = {
    'Held back by the quota': 'waiting for the CPU quota',
    'CPU at work': 'CPU at work',
    'Waiting for I/O': 'waiting for I/O',
    'Beyond the handler': 'time beyond the handler',
  };
  return words[name] ?? (name === 'Request fee' ? 'request fees' : name.toLowerCase());
};

/** What does it cost in total? */
export function costVerdict(entries: readonly CostEntry[]): string {
  const priced = entries.filter(({ perMonth }) => perMonth?.value !== undefined);
  if (priced.length === 0) return 'The cost of calls is unknown: no price plan matches.';
  const sorted = priced.toSorted((a, b) => (b.perMonth?.value ?? 0) - (a.perMonth?.value ?? 0));
  const [most] = sorted;
  const all = priced.reduce((sum, { perMonth }) => sum + (perMonth?.value ?? 0), 0);
  const currency = most?.plan?.currency;
  const { low, high } = most?.perMonth ?? {};
  if (priced.length === 1)
    return `At this rate it would cost ${money(all, currency)} a month${low === undefined || high === undefined ? '' : ` (${interval(low, high, (value) => money(Math.max(0, value), currency))})`}.`;
  return `At this rate all would cost ${money(all, currency)} a month; ${most && nameOf(most, priced)} has ${share((most?.perMonth?.value ?? 0) / (all || 1))} of it.`;
}

/** Would a rented machine cost less? */
export function machineVerdict(entry: CostEntry | undefined): string {
  const [closest] = (entry?.breakEven ?? []).toSorted((a, b) => b.share - a.share);
  if (!closest) return 'Whether a machine would cost less is not known yet.';
  return closest.share >= 1
    ? `${closest.title} would cost less, if it can serve ${count(closest.requestsPerHour * closest.share)} calls an hour.`
    : `No: a machine pays from ${count(closest.requestsPerHour)} calls an hour on; it has ${share(closest.share)} of that.`;
}
