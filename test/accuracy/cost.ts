import { merge, summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { History, Use } from '../../collector/src/correlate/evidence/index.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import type { Known } from '../../collector/src/correlate/judge/index.ts';
import { seededRandom } from '../../collector/src/statistics/index.ts';
import { LAWS } from './cells.ts';
import { dataSet, evidenceAt } from './data-set.ts';
import type { Load } from './simulator/scenario.ts';
import { ORIGIN_MS } from './simulator/spans.ts';

/** Cost of judging one or several deployments. */
export interface JudgeCost {
  readonly calls: number;
  readonly sandboxes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process, including the evidence. */
  readonly residentMegabytes: number;
}

const SLOT_MS = 600_000;

/**
 * Evidence of a deployment with a daily load cycle: sandboxes are added with each rise, idle ones go after ten minutes,
 * and every one of them is used often enough that the number of gaps is the one requested.
 */
export function largeHistory(sandboxes: number, calls: number): History {
  const random = seededRandom(11);
  const day = 86_400_000;
  const slots = new Map<number, Use[]>();
  const each = Math.max(1, Math.round(calls / sandboxes));
  for (let sandbox = 0; sandbox < sandboxes; sandbox += 1) {
    let at = (day * 0.97 * sandbox) / sandboxes;
    // Busy for some minutes: then each gap decides, as it comes, whether it is the last.
    const gapMs = 1_500_000 / each;
    for (let ordinal = 1; ordinal <= each; ordinal += 1) {
      const startMs = ORIGIN_MS + at;
      if (at >= day) break;
      const slot = Math.floor(at / SLOT_MS);
      const use: Use = {
        sandbox: `sandbox-${sandbox}`,
        version: '1',
        startMs,
        endMs: startMs + 0.4 * gapMs,
        ordinal,
        cold: ordinal === 1,
        ...(ordinal === 1 && { initMs: 250 }),
      };
      const own = slots.get(slot);
      if (own) own.push(use);
      else slots.set(slot, [use]);
      at += 0.4 * gapMs - 0.6 * gapMs * Math.log1p(-random.uniform());
    }
  }
  const parts = [...slots.values()].map((uses) => summarise({ uses }));
  slots.clear();
  return merge(parts);
}

/** The loads of twenty ordinary functions: most are rarely called (Shahrad et al., USENIX ATC 2020). */
const ORDINARY_LOADS: readonly Load[] = [
  ...Array.from({ length: 8 }, () => ({ kind: 'sparse', apart: 900 }) as const),
  ...Array.from({ length: 6 }, () => ({ kind: 'bursts', size: 12, apart: 600 }) as const),
  ...Array.from({ length: 5 }, () => ({ kind: 'steady', rate: 0.1 }) as const),
  { kind: 'busy', rate: 1.5 },
];
const ORDERS = ['most-recent', 'random', 'round-robin'] as const;

/** Evidence of a day of a function, by its number. */
function ordinaryHistory(number: number): History {
  const laws = Object.values(LAWS);
  const data = dataSet(
    {
      name: 'ordinary',
      // Each load meets each law.
      law: laws[(number + Math.floor(number / ORDINARY_LOADS.length)) % laws.length]!,
      order: ORDERS[number % ORDERS.length]!,
      load: ORDINARY_LOADS[(7 * number) % ORDINARY_LOADS.length]!,
    },
    number,
  );
  return evidenceAt(data, data.run.seconds);
}

/** Judges many ordinary functions after others like them, like a collector does. */
export function ordinaryCost(functions: number, known: Known = {}): JudgeCost {
  for (let number = 0; number < 20; number += 1)
    judge(ordinaryHistory(functions + number), ORIGIN_MS + 86_400_000, known);
  return costOf(
    Array.from({ length: functions }, (_, number) => ordinaryHistory(number)),
    known,
  );
}

/** The same where it is known how long idle sandboxes are kept, so that no law is fitted: half are gone in 10 minutes. */
export function ordinaryCostOfKnownLaw(functions: number): JudgeCost {
  return ordinaryCost(functions, { survival: (idleMs) => 2 ** (-idleMs / 600_000) });
}

/** Judges one large deployment, in a process that has judged before, like a collector's. */
export function largeCost(sandboxes: number, calls: number): JudgeCost {
  judge(largeHistory(1_000, 200_000), ORIGIN_MS + 86_400_000);
  return costOf([largeHistory(sandboxes, calls)]);
}

function costOf(histories: readonly History[], known: Known = {}): JudgeCost {
  let calls = 0;
  let sandboxes = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  for (const history of histories) {
    const judgement = judge(history, ORIGIN_MS + 86_400_000, known)!;
    calls += judgement.uses;
    sandboxes += judgement.sandboxes.length;
  }
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return {
    calls,
    sandboxes,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    residentMegabytes: process.memoryUsage().rss / 1e6,
  };
}
