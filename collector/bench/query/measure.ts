import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fillStore } from './fill.ts';
import type { FillResult } from './fill.ts';
import type { Fleet } from './generate.ts';
import { fillIn, findPlaces, QUESTIONS } from './questions.ts';

/** How long one query took, ms. */
export interface QuestionResult {
  readonly name: string;
  /** Sent for the first time. */
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly maxMs: number;
  /** Why it was not answered; the times are then those of the refusals. */
  readonly failure?: string;
}

/** Results for a store of one size. */
export interface StoreResult extends FillResult {
  readonly invocations: number;
  readonly sandboxes: number;
  /** From the start of a collector after `kill -9` until it is ready. */
  readonly restartSeconds: number;
  /** Longest delay of the server's event loop while it was queried. */
  readonly loopMaxMs: number;
  readonly questions: readonly QuestionResult[];
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LOOP = fileURLToPath(new URL('./event-loop.ts', import.meta.url));
const READY_MILLIS = 60_000;
/** Status of a query that exceeded a limit on time, memory or rows. */
const TOO_MUCH = 422;

/** Which queries to send, and how often. */
export interface Asking {
  /** Number of repetitions after the first time. */
  readonly runs: number;
  /** Only queries whose name contains this. */
  readonly only: string;
}

/** Fills a store up to the fleet's size, sends it every query, and kills it once. */
export async function measureStore(
  dataDir: string,
  fleet: Fleet,
  asking: Asking,
  log: (line: string) => void,
): Promise<StoreResult> {
  log(`${fleet.invocations} invocations: making them`);
  const made = await fillStore(dataDir, fleet);
  log(JSON.stringify(made));
  return { ...made, ...(await askStore(dataDir, fleet, asking, log)) };
}

/** Sends every query to a filled store, and kills it once. */
export async function askStore(
  dataDir: string,
  fleet: Fleet,
  { runs, only }: Asking,
  log: (line: string) => void,
): Promise<Omit<StoreResult, keyof FillResult>> {
  log(`${fleet.invocations} invocations: asking`);
  let collector = await startCollector(dataDir);
  try {
    const questions: QuestionResult[] = [];
    const places = await findPlaces(collector.url, fleet.endMs - fleet.spanMs, fleet.endMs);
    for (const [name, path] of QUESTIONS.filter((question) => question[0].includes(only))) {
      const { times, failure } = await timesOf(`${collector.url}${fillIn(path, places)}`, runs);
      const [firstMs = NaN] = times;
      const later = times.slice(1).toSorted((a, b) => a - b);
      const p50Ms = later[Math.floor((later.length - 1) / 2)] ?? NaN;
      const question = {
        name,
        firstMs,
        p50Ms,
        maxMs: later.at(-1) ?? NaN,
        ...(failure !== undefined && { failure }),
      };
      questions.push(question);
      log(JSON.stringify(question));
    }
    const loopMaxMs = await collector.loopMaxMs();
    await collector.kill();
    const begun = performance.now();
    collector = await startCollector(dataDir);
    const restartSeconds = (performance.now() - begun) / 1000;
    log(JSON.stringify({ loopMaxMs, restartSeconds }));
    return {
      invocations: fleet.invocations,
      sandboxes: fleet.sandboxes,
      restartSeconds,
      loopMaxMs,
      questions,
    };
  } finally {
    await collector.kill();
  }
}

/** Sends a query once and then that many times; the durations, ms. Reaching a limit of the engine is a result. */
async function timesOf(
  url: string,
  runs: number,
): Promise<{ readonly times: readonly number[]; readonly failure?: string }> {
  const times: number[] = [];
  let failure: string | undefined;
  for (let run = 0; run <= runs; run += 1) {
    const begun = performance.now();
    const response = await fetch(url);
    const body = await response.text();
    if (response.status === TOO_MUCH) failure = (JSON.parse(body) as { message: string }).message;
    else if (response.status !== 200) throw new Error(`${url}: ${response.status} ${body.slice(0, 300)}`);
    times.push(performance.now() - begun);
  }
  return { times, ...(failure !== undefined && { failure }) };
}

interface Collector {
  readonly url: string;
  /** Longest delay of its event loop since it was ready, ms. */
  loopMaxMs(): Promise<number>;
  kill(): Promise<void>;
}

async function startCollector(dataDir: string): Promise<Collector> {
  const child = spawn(process.execPath, ['--import', LOOP, MAIN, 'up', '--port', '0', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await ready(child);
  child.send('reset');
  return {
    url,
    loopMaxMs: async () => {
      child.send('report');
      const [ms] = (await once(child, 'message')) as [number];
      return ms;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function ready(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const deadline = Date.now() + READY_MILLIS;
  while (!said.includes('sandscope: ready')) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`the collector did not start: ${said}`);
    await delay(5);
  }
  return /http:\/\/[\w.:]+/.exec(said)?.[0] ?? '';
}
