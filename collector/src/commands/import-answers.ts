import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from '@fastify/type-provider-typebox';
import { readConfig } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import type { FunctionSummary } from '../correlate/index.ts';
import type { FunctionColdStarts } from '../correlate/questions/cold-starts/schema.ts';
import type { FunctionKeepWarm } from '../correlate/questions/keep-warm/question.ts';
import { createLog } from '../log/log.ts';
import { Secret } from '../security/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { ask, readAddress } from './ask-collector.ts';
import type { CollectorAddress } from './ask-collector.ts';
import { renderTable } from './table.ts';

/** Interval between two checks whether everything is stored, ms. */
const LOOK_MS = 200;
/** Most functions shown; the page shows all. */
const MOST_FUNCTIONS = 20;

/** The range of the imported data, RFC 3339. */
export interface ImportedRange {
  readonly from: string;
  readonly to: string;
}

interface FunctionsAnswer {
  readonly functions: readonly FunctionSummary[];
}

interface ColdStartsAnswer {
  readonly functions: readonly Static<typeof FunctionColdStarts>[];
}

interface KeepWarmAnswer {
  readonly functions: readonly Static<typeof FunctionKeepWarm>[];
}

/**
 * Answers about imported data, as text: cold starts, what they cost and why, reuse, evictions, and what keeps each
 * function warm.
 *
 * @param url of the collector that has the data; without one, a collector runs on the data directory for as long as it
 *   takes
 * @throws {CollectorError} if the collector refuses or cannot be started
 */
export async function answersAbout(
  settings: Settings,
  url: string | undefined,
  { from, to }: ImportedRange,
  notice: (message: string) => void,
): Promise<string> {
  const { address, stop } =
    url === undefined ? await startOn(settings) : { address: readAddress(settings, url) };
  try {
    const get = async <Answer>(path: string): Promise<Answer> =>
      JSON.parse((await ask(address, path)).text) as Answer;
    await stored(() => get<CollectorStatus>('api/v1/status'), notice);
    // The end of a range is exclusive.
    const range = `from=${from}&to=${new Date(Date.parse(to) + 1).toISOString()}`;
    const [functions, cold, warm] = await Promise.all([
      get<FunctionsAnswer>(`api/v1/functions?${range}&limit=${MOST_FUNCTIONS}`),
      get<ColdStartsAnswer>(`api/v1/cold-starts?${range}&buckets=1`),
      get<KeepWarmAnswer>(`api/v1/keep-warm?${range}`),
    ]);
    return answerText(functions, cold, warm);
  } finally {
    await stop?.();
  }
}

/** A collector on a free port of this machine that only we can query. */
async function startOn(
  settings: Settings,
): Promise<{ readonly address: CollectorAddress; readonly stop: () => Promise<void> }> {
  const { startServer } = await import('../server/server.ts');
  const token = randomBytes(32).toString('hex');
  const { tls: _tls, ...config } = readConfig(settings);
  const collector = await startServer(
    {
      ...config,
      host: '127.0.0.1',
      port: 0,
      forward: [],
      isTemporary: true,
      queryTokens: { tokens: [new Secret(token)] },
    },
    createLog({ level: 'error' }),
  );
  await collector.ready;
  return { address: { url: new URL(collector.url), token }, stop: () => collector.stop() };
}

async function stored(
  status: () => Promise<CollectorStatus>,
  notice: (message: string) => void,
): Promise<void> {
  let isTold = false;
  for (;;) {
    const { inbox } = await status();
    if (inbox.pendingRequests === 0) return;
    if (!isTold) notice('storing the imported data before answering');
    isTold = true;
    await sleep(LOOK_MS);
  }
}

function answerText(
  { functions }: FunctionsAnswer,
  { functions: cold }: ColdStartsAnswer,
  { functions: warm }: KeepWarmAnswer,
): string {
  if (functions.length === 0) return 'the import contains no invocations, so there are no answers\n';
  const of = <One extends { readonly function: string }>(all: readonly One[], name: string) =>
    all.find((one) => one.function === name);
  const rows = functions.map(({ function: name, invocations, cold: coldCalls, sandboxes, evicted }) => {
    const costs = of(cold, name);
    const intervalMs = of(warm, name)?.pingIntervalMs;
    return {
      function: name,
      calls: invocations,
      'cold starts': coldCalls,
      'cold rate, % (95 %)': percentText(costs?.rate),
      'cold start costs, ms': costs?.phases.totalMs.value,
      'main cause': costs?.mainCause,
      sandboxes,
      'calls per sandbox': sandboxes ? invocations / sandboxes : undefined,
      evicted,
      'ping to keep warm, s': intervalMs === undefined ? undefined : intervalMs / 1000,
    };
  });
  return renderTable(rows, process.stdout.columns);
}

function percentText(rate: Static<typeof FunctionColdStarts>['rate'] | undefined): string | undefined {
  if (rate?.value === undefined) return undefined;
  const percent = (share: number): string => (100 * share).toFixed(1);
  return `${percent(rate.value)} (${percent(rate.low)} to ${percent(rate.high)})`;
}
