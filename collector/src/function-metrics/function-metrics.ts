import type { PriceBook } from '../prices/index.ts';
import type { Store } from '../store/index.ts';
import { ArrivalCounters } from './arrival-counters.ts';
import { added, DURATION_BOUNDS, INIT_BOUNDS, NO_ARRIVALS } from './arrivals.ts';
import type { Tally } from './arrivals.ts';
import { Families } from './families.ts';
import { askAll, WINDOW_MS } from './judged.ts';
import type { Judged, Ranged } from './judged.ts';
import { MAX_FUNCTIONS, Names } from './names.ts';
import type { Owner } from './names.ts';

const PREFIX = 'sandscope_function_';

/** The content of `/metrics/functions`: counters of arrivals since creation, and gauges of judged values. */
export class FunctionMetrics {
  readonly #counters = new ArrivalCounters(Date.now());
  readonly #names = new Names();
  #running: Promise<Families> | undefined;

  /**
   * The families of one scrape. Concurrent callers share one result.
   *
   * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`
   */
  scrape(store: Store, prices: PriceBook): Promise<Families> {
    this.#running ??= this.#scrape(store, prices).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #scrape(store: Store, prices: PriceBook): Promise<Families> {
    const nowMs = Date.now();
    const judged = await askAll(store, prices, nowMs);
    const arrived = await this.#counters.read(store, Date.now());
    const busiest = [...judged.summaries].sort(([, a], [, b]) => b.invocations - a.invocations);
    this.#names.admit(busiest.map(([name]) => name));
    this.#names.admit(arrived.keys());
    // A series that begins above 0 hides its initial value from rate().
    const known = busiest.map(([name]): [string, Tally] => [name, NO_ARRIVALS]);
    const families = new Families();
    this.#count(families, new Map([...known, ...arrived]));
    this.#tell(families, judged);
    return families;
  }

  #count(families: Families, arrived: ReadonlyMap<string, Tally>): void {
    const shared = this.#names.share(arrived, added);
    const counted = (count: (tally: Tally) => number): [Owner, number][] =>
      shared.map(([owner, tally]) => [owner, count(tally)]);
    families.counter(
      `${PREFIX}invocations_total`,
      'Invocations that arrived',
      counted((one) => one.invocations),
    );
    families.counter(
      `${PREFIX}errors_total`,
      'Failed invocations that arrived',
      counted((one) => one.errors),
    );
    families.counter(
      `${PREFIX}cold_invocations_total`,
      'Cold invocations that arrived',
      counted((one) => one.cold),
    );
    families.histogram(
      `${PREFIX}duration_seconds`,
      'Durations of invocations',
      DURATION_BOUNDS,
      shared.map(([owner, tally]) => [owner, tally.durationSeconds]),
    );
    families.histogram(
      `${PREFIX}initialization_seconds`,
      'Durations of initialisations that calls waited for, if reported',
      INIT_BOUNDS,
      shared
        .filter(([, { initSeconds }]) => initSeconds.n > 0)
        .map(([owner, tally]) => [owner, tally.initSeconds]),
    );
  }

  #tell(families: Families, judged: Judged): void {
    const { summaries, causes, costSeconds, keepAliveSeconds, leaks } = judged;
    const named = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
      [...entries].filter(([name]) => this.#names.owns(name));
    families.gauge('sandscope_functions', 'Functions seen in the window', [[{}, summaries.size]]);
    families.gauge('sandscope_functions_own_series', 'Maximum number of functions with their own series', [
      [{}, MAX_FUNCTIONS],
    ]);
    families.gauge(
      `${PREFIX}window_seconds`,
      'Length of the period before a scrape that the gauges of functions cover',
      [[{}, WINDOW_MS / 1000]],
    );
    families.gauge(
      `${PREFIX}cold_starts`,
      'Expected cold starts in the window by cause, as in /api/v1/cold-starts',
      this.#names
        .share(causes, bothCauses)
        .flatMap(([owner, own]) =>
          [...own].map(([cause, n]): [Record<string, string>, number] => [{ ...owner, cause }, n]),
        ),
    );
    for (const [key, help] of [
      ['alive', 'Sandboxes expected to be alive'],
      ['evicted', 'Sandboxes used in the window that are gone'],
    ] as const) {
      const known = new Map(
        [...summaries].flatMap(([name, { [key]: n }]) => (n === undefined ? [] : [[name, n]])),
      );
      families.gauge(`${PREFIX}sandboxes_${key}`, help, this.#names.share(known, sum));
    }
    const ranges = named(costSeconds).flatMap(([name, range]) => rows(name, range));
    families.gauge(
      `${PREFIX}cold_start_cost_seconds`,
      'Median time that a caller waits for a cold start',
      ranges,
    );
    families.gauge(
      `${PREFIX}keep_alive_seconds`,
      'Idle time after which half of the sandboxes are gone, from all observations',
      named(keepAliveSeconds).flatMap(([name, range]) => rows(name, range)),
    );
    families.gauge(
      `${PREFIX}leaking`,
      '1 if a resource grows over the lifetimes of sandboxes, during the last day',
      named(leaks).flatMap(([name, own]) =>
        [...own].map(([resource, grows]): [Record<string, string>, number] => [
          { function: name, resource },
          grows ? 1 : 0,
        ]),
      ),
    );
  }
}

/** An interval as series: the value, and its known ends. */
function rows(name: string, range: Ranged): [Record<string, string>, number][] {
  return (['value', 'low', 'high'] as const).flatMap((bound) => {
    const seconds = range[bound];
    return seconds === undefined ? [] : [[{ function: name, bound }, seconds]];
  });
}

const sum = (a: number | undefined, b: number): number => (a ?? 0) + b;

function bothCauses(
  a: ReadonlyMap<string, number> | undefined,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const all = new Map(a);
  for (const [cause, n] of b) all.set(cause, sum(all.get(cause), n));
  return all;
}
