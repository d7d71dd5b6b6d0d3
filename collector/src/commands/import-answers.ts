import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { createLog } from '../log.ts';
import type { CollectorStatus } from '../status.ts';
import { askCollector } from './ask-collector.ts';
import { renderTable } from './table.ts';

/** Time between two looks at whether everything is stored, ms. */
const LOOK_MS = 200;
/** Most functions shown; the page shows all. */
const MOST_FUNCTIONS = 20;

/** A collector that answers. */
interface Answering {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The range of the imported data, RFC 3339. */
export interface ImportedRange {
  readonly from: string;
  readonly to: string;
}

/**
 * Answers about imported data, as text: cold starts, what they cost and why, reuse, evictions, and what keeps each
 * function warm.
 *
 * @param url of the collector that has the data; without one, a collector runs on the data directory for as long as it
 *   takes
 * @throws {CollectorError} as the collector refuses, or cannot be started
 */
export async function answersAbout(
  settings: Settings,
  url: string | undefined,
  { from, to }: ImportedRange,
  notice: (message: string) => void,
): Promise<string> {
  const collector = url === undefined ? await startOn(settings) : { url, stop: () => Promise.resolve() };
  try {
    const asking = settings.with({ url: collector.url });
    const ask = async <Answer>(path: string): Promise<Answer> =>
      JSON.parse((await askCollector(asking, path)).text) as Answer;
    await stored(() => ask<CollectorStatus>('api/v1/status'), notice);
    // The end of a range is not in it.
    const range = `from=${from}&to=${new Date(Date.parse(to) + 1).toISOString()}`;
    const [functions, cold, warm] = await Promise.all([
      ask<FunctionsAnswer>(`api/v1/functions?${range}&limit=${MOST_FUNCTIONS}`),
      ask<ColdStartsAnswer>(`api/v1/cold-starts?${range}&buckets=1`),
      ask<KeepWarmAnswer>(`api/v1/keep-warm?${range}`),
    ]);
    return answerText(functions, cold, warm);
  } finally {
    await collector.stop();
  }
}

/** On a free port of this machine, and with nothing forwarded: that is for the collector that stays. */
async function startOn(settings: Settings): Promise<Answering> {
  const { startServer } = await import('../server.ts');
  const own = readConfig(settings.with({ port: '0' }));
  const collector = await startServer(
    { ...own, host: '127.0.0.1', forward: [] },
    createLog({ level: 'error' }),
  );
  await collector.ready;
  return { url: collector.url, stop: () => collector.stop() };
}

async function stored(
  status: () => Promise<CollectorStatus>,
  notice: (message: string) => void,
): Promise<void> {
  let isTold = false;
  for (;;) {
    const { inbox } = await status();
    if (inbox.pendingRequests === 0) return;
    if (!isTold) notice('storing what was imported, to answer from it');
    isTold = true;
    await sleep(LOOK_MS);
  }
}

interface Interval {
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly n?: number;
}

interface FunctionsAnswer {
  readonly functions: readonly {
    readonly function: string;
    readonly invocations: number;
    readonly cold: number;
    readonly sandboxes: number;
    readonly evicted: number;
  }[];
  readonly total: { readonly coldRate?: Interval };
}

interface ColdStartsAnswer {
  readonly functions: readonly {
    readonly function: string;
    readonly rate?: Interval;
    readonly phases?: { readonly totalMs?: Interval };
    readonly mainCause?: string;
  }[];
}

interface KeepWarmAnswer {
  readonly functions: readonly {
    readonly function: string;
    readonly pingIntervalMs?: number;
  }[];
}

function answerText(
  { functions }: FunctionsAnswer,
  { functions: cold }: ColdStartsAnswer,
  { functions: warm }: KeepWarmAnswer,
): string {
  if (functions.length === 0) return 'nothing in it can be answered from: there are no invocations\n';
  const of = <One extends { readonly function: string }>(all: readonly One[], name: string) =>
    all.find((one) => one.function === name);
  const rows = functions.map(({ function: name, invocations, cold: coldCalls, sandboxes, evicted }) => {
    const costs = of(cold, name);
    const rate = costs?.rate;
    const intervalMs = of(warm, name)?.pingIntervalMs;
    return {
      function: name,
      calls: invocations,
      'cold starts': coldCalls,
      'cold rate, % (95 %)': percentText(rate),
      'cold start costs, ms': costs?.phases?.totalMs?.value,
      'main cause': costs?.mainCause,
      sandboxes: sandboxes > 0 ? sandboxes : undefined,
      'calls per sandbox': sandboxes > 0 ? invocations / sandboxes : undefined,
      evicted: sandboxes > 0 ? evicted : undefined,
      'ping to keep warm, s': intervalMs === undefined ? undefined : intervalMs / 1000,
    };
  });
  return renderTable(rows, process.stdout.columns);
}

function percentText(rate: Interval | undefined): string | undefined {
  const { value, low, high } = rate ?? {};
  if (value === undefined) return undefined;
  const percent = (share: number): string => (100 * share).toFixed(1);
  return low === undefined || high === undefined
    ? percent(value)
    : `${percent(value)} (${percent(low)} to ${percent(high)})`;
}
