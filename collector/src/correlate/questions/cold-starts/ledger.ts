import { wilson } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { boundedOf, overBounded, overCosts } from '../../cold-cost/index.ts';
import type { Bounded, ColdCall, Cost } from '../../cold-cost/index.ts';
import { COLD_CAUSES } from '../../judge/index.ts';
import type { Birth } from '../../judge/index.ts';
import { meanOf, medianOf, productOf, scaled } from '../../estimate.ts';
import type { Estimated } from '../../estimate.ts';
import type { CAUSES } from './schema.ts';

export type Cause = (typeof CAUSES)[number];

/** A cold start with its cost. */
export interface Costed {
  readonly call: ColdCall;
  /** The caller's wait, ms; absent if initialisation was not reported. */
  readonly cost?: Cost;
  /** Absent without a plan, or if the price depends on unreported values. */
  readonly money?: Bounded;
}

/** Cold starts of one cause. */
export interface LedgerEntry {
  readonly cause: Cause;
  readonly coldStarts: number;
  readonly named: number;
  readonly share: Proportion;
  readonly costMs: Estimated;
  readonly msAMonth: Estimated;
  readonly moneyAMonth?: Estimated;
  readonly idleMs?: number;
}

export interface LedgerInput {
  /** All cold starts in the range. */
  readonly coldStarts: number;
  /** A sample of them. */
  readonly costed: readonly Costed[];
  /** The judged start of a sandbox, by the ids in its spans. */
  readonly birthOf: (call: ColdCall) => Birth | undefined;
  readonly firstOfTenant: ReadonlySet<string>;
  /** Cold starts per month at the rate of the range. */
  readonly aMonth: Estimated;
}

interface Account {
  expected: number;
  named: number;
  readonly costs: Cost[];
  readonly money: Bounded[];
  readonly idleMs: number[];
}

/** Probability from which a cause is named. */
const NAMED = 0.8;

/** The causes of cold starts, each with its cost, by cost to callers in descending order. */
export function ledgerOf({ coldStarts, costed, birthOf, firstOfTenant, aMonth }: LedgerInput): LedgerEntry[] {
  const accounts = new Map<Cause, Account>();
  const accountOf = (cause: Cause): Account => {
    const known = accounts.get(cause) ?? { expected: 0, named: 0, costs: [], money: [], idleMs: [] };
    accounts.set(cause, known);
    return known;
  };
  for (const { call, cost, money } of costed) {
    const birth = birthOf(call);
    for (const [cause, probability] of causesOf(call, birth, firstOfTenant)) {
      const account = accountOf(cause);
      account.expected += probability;
      if (probability < NAMED) continue;
      account.named += 1;
      if (cost) account.costs.push(cost);
      if (money !== undefined) account.money.push(money);
      if (birth?.idleMs !== undefined) account.idleMs.push(birth.idleMs);
    }
  }
  const n = costed.length;
  const hasMoney = costed.some(({ money }) => money !== undefined);
  const all = {
    costs: costed.flatMap(({ cost }) => cost ?? []),
    money: costed.flatMap(({ money }) => money ?? []),
  };
  const entryOf = (cause: Cause, { expected, named, costs, money, idleMs }: Account): LedgerEntry => {
    const share = wilson(expected, n);
    const count = productOf(aMonth, share);
    const idle = medianOf(idleMs).value;
    return {
      cause,
      coldStarts: (expected / n) * coldStarts,
      named: cause === 'unknown' ? 0 : n === coldStarts ? named : Math.round((named / n) * coldStarts),
      share,
      costMs: overCosts(costs, medianOf),
      msAMonth: monthOf(count, costs.map(boundedOf), all.costs.map(boundedOf)),
      ...(hasMoney && { moneyAMonth: monthOf(count, money, all.money) }),
      ...(idle !== undefined && { idleMs: idle }),
    };
  };
  const entries = [...accounts].map(([cause, account]) => entryOf(cause, account));
  return entries.sort(
    (a, b) =>
      (b.msAMonth.value ?? 0) - (a.msAMonth.value ?? 0) ||
      b.coldStarts - a.coldStarts ||
      (a.cause < b.cause ? -1 : 1),
  );
}

/**
 * A monthly amount: the number of cold starts times the average cost of each.
 *
 * @param own of this cause; without any, those of all causes are used
 * @param all of all causes; if there is only one cold start of this cause, their spread determines its uncertainty
 */
function monthOf(count: Estimated, own: readonly Bounded[], all: readonly Bounded[]): Estimated {
  const values = all.map(({ value }) => value);
  const each = overBounded(own.length > 0 ? own : all, (of) => meanOf(of, values));
  const { value, low = value, high = value, n } = each;
  // A single cold start shows no spread, so the interval covers only the uncertainty of the number of cold starts.
  return value === undefined || low === undefined || high === undefined
    ? { n: 0 }
    : productOf(count, { value, low, high, n });
}

function* causesOf(
  call: ColdCall,
  birth: Birth | undefined,
  firstOfTenant: ReadonlySet<string>,
): Generator<readonly [Cause, number]> {
  if (call.initType === 'reinit') yield ['restart', 1];
  else if (firstOfTenant.has(call.sandboxId) && birth?.cause !== 'first') yield ['tenant-first', 1];
  else if (birth === undefined) yield ['unknown', 1];
  else
    for (const [index, probability] of birth.causes.entries())
      if (probability > 0) yield [COLD_CAUSES[index]!, probability];
}

/** @returns the cause that costs callers most */
export function mainCauseOf(ledger: readonly LedgerEntry[]): Cause | undefined {
  return ledger.find(({ cause, coldStarts }) => cause !== 'unknown' && coldStarts > 0)?.cause;
}

/** Converts a count in a range to one per month; `rate` provides the interval. */
export function aMonthOf(rate: Estimated, invocations: number, rangeMs: number): Estimated {
  const months = rangeMs / (30 * 86_400_000);
  return months > 0 ? scaled(rate, invocations / months) : { n: rate.n };
}
