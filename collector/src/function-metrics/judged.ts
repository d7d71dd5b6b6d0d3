import { readNow, summariseFunctions } from '../correlate/index.ts';
import type { FunctionSummary, Scope } from '../correlate/index.ts';
import { coldStarts, leaks, survival } from '../correlate/questions/index.ts';
import type { Question } from '../correlate/questions/index.ts';
import type { PriceBook } from '../prices/index.ts';
import type { Store } from '../store/index.ts';
import { MAX_FUNCTIONS } from './names.ts';

/** Judged values cover this period before a scrape, ms. */
export const WINDOW_MS = 3_600_000;
/** The growth of accumulated resources only shows over many calls. */
const LEAK_WINDOW_MS = 24 * WINDOW_MS;

/** A number with the known ends of its 95 % interval. */
export interface Ranged {
  readonly value?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** The answers of the questions about functions, by name. */
export interface Judged {
  readonly summaries: ReadonlyMap<string, FunctionSummary>;
  /** Expected cold starts by cause. */
  readonly causes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The caller's wait for a cold start, seconds. */
  readonly costSeconds: ReadonlyMap<string, Ranged>;
  /** Median idle time after which sandboxes are gone, seconds; for the deployment with the most evidence. */
  readonly keepAliveSeconds: ReadonlyMap<string, Ranged>;
  /** Resources, and whether each grows over the lives of sandboxes. */
  readonly leaks: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
}

interface ColdAnswer {
  readonly function: string;
  readonly ledger: readonly { readonly cause: string; readonly coldStarts: number }[];
  readonly phases: { readonly totalMs: Ranged };
}
interface SurvivalAnswer {
  readonly function: string;
  readonly keepAlive: {
    readonly valueMs?: number;
    readonly lowMs?: number;
    readonly highMs?: number;
    readonly expectedDeaths: number;
  };
}
interface LeakAnswer {
  readonly function: string;
  readonly resources: readonly { readonly resource: string; readonly leaks: boolean }[];
}

/** Asks the questions behind the metrics. @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE` */
export async function askAll(store: Store, prices: PriceBook, nowMs: number): Promise<Judged> {
  const scope = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const ask = async <Answer>(
    question: Question,
    own: Scope,
    parameters: object = {},
  ): Promise<readonly Answer[]> => {
    const { body } = await question.ask({
      store,
      parameters: parameters as never,
      cursor: undefined,
      prices,
      ...readNow(store, own),
    });
    return (body as { readonly functions: readonly Answer[] }).functions;
  };
  const { functions } = await summariseFunctions(store, scope, Number.MAX_SAFE_INTEGER);
  const [cold, kept, leaking] = await Promise.all([
    ask<ColdAnswer>(coldStarts, scope, { limit: 2 * MAX_FUNCTIONS, buckets: 1 }),
    ask<SurvivalAnswer>(survival, scope),
    ask<LeakAnswer>(leaks, { fromMs: nowMs - LEAK_WINDOW_MS, toMs: nowMs }),
  ]);
  const byWeight = kept.toSorted((a, b) => a.keepAlive.expectedDeaths - b.keepAlive.expectedDeaths);
  return {
    summaries: new Map(functions.map((one) => [one.function, one])),
    causes: new Map(
      cold.map((one) => [one.function, new Map(one.ledger.map((entry) => [entry.cause, entry.coldStarts]))]),
    ),
    costSeconds: new Map(cold.map((one) => [one.function, seconds(one.phases.totalMs)])),
    keepAliveSeconds: new Map(
      byWeight.map(({ function: name, keepAlive: { valueMs: value, lowMs: low, highMs: high } }) => [
        name,
        seconds({ value, low, high }),
      ]),
    ),
    leaks: leaksOf(leaking),
  };
}

/** A function has a leak if any of its versions and deployments has one. */
function leaksOf(answers: readonly LeakAnswer[]): Map<string, Map<string, boolean>> {
  const found = new Map<string, Map<string, boolean>>();
  for (const { function: name, resources } of answers) {
    const own = found.get(name) ?? new Map<string, boolean>();
    for (const { resource, leaks: grows } of resources)
      own.set(resource, (own.get(resource) ?? false) || grows);
    found.set(name, own);
  }
  return found;
}

function seconds({ value, low, high }: Ranged): Ranged {
  const of = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  return { value: of(value), low: of(low), high: of(high) };
}
