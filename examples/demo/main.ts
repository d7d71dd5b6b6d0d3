/**
 * `npm start`: all of Sandscope at once. The collector with its embedded engine, the local platform with real
 * sandboxes, and a load on three wrapped functions; a live summary until Ctrl-C or for a given time.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeDirectory } from '../../collector/src/process/make-directory.ts';
import type { CollectorStatus } from '../../collector/src/schema/collector-status.ts';
import { adviceOf, type Advice } from './advice.ts';
import { startChild, type Child } from './child.ts';
import { deployLater } from './deploy.ts';
import { runLoad } from './load.ts';
import { parseOptions, USAGE, UsageError, type DemoOptions } from './options.ts';
import { inferredSummary, scoreTable, truthSummary, type FunctionsAnswer, type Truth } from './score.ts';
import { adviceLines, redraw, summaryLine, summaryLines } from './summary.ts';
import { startTelemetry } from './telemetry.ts';

const IDLE_LIMIT_MILLIS = 5000;
const DEFAULT_PORT = 4318;
const SETTLE_MILLIS = 15_000;

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolveFree) => {
    const server = createServer();
    server.once('error', () => resolveFree(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolveFree(true)));
  });
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  return (await response.json()) as T;
}

/** Repeats the request until the answer is good. @throws when it was not within the time */
async function until<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  millis: number,
): Promise<T> {
  const deadline = Date.now() + millis;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not finish its work within ${millis / 1000} s`);
    await sleep(100);
  }
}

interface Running {
  readonly collector: string;
  readonly platform: string;
  readonly children: readonly Child[];
}

async function start(options: DemoOptions, folder: string, children: Child[]): Promise<Running> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const wanted = options.port ?? ((await isFree(DEFAULT_PORT)) ? DEFAULT_PORT : 0);
  if (options.port === undefined && wanted === 0) say(`port ${DEFAULT_PORT} is taken: using a free one`);

  // Build the page while the engine starts; if that fails, the collector builds it itself and reports the failure.
  execFile(process.execPath, [source('../../.ci/page.ts')], () => undefined);
  say('starting the collector and its engine …');
  const collector = startChild({
    name: 'the collector',
    file: source('../../collector/src/main.ts'),
    args: [
      'up',
      '--port',
      String(wanted),
      '--data',
      join(folder, 'collector'),
      ...options.forward.flatMap((url) => ['--forward', url]),
    ],
    isReady: (line) => line.startsWith('sandscope: http'),
    logFile: join(folder, 'collector.log'),
  });
  children.push(collector);
  const collectorUrl = /http:\/\/\S+/.exec(await collector.ready)![0];

  const config = {
    hosts: options.hosts,
    idleLimitMillis: IDLE_LIMIT_MILLIS,
    collector: collectorUrl,
    functions: ['add', 'io', 'burn'].map((name) => ({
      name,
      version: '1',
      source: source(`../functions/${name}/index.ts`),
      handler: 'index.handler',
      memoryMb: 256,
      timeoutSeconds: 10,
      // Frequent calls would otherwise be reported some seconds later, and a sandbox's unsent spans would be lost.
      environment: { SANDSCOPE_FLUSH: 'each' },
    })),
  };
  const configFile = join(folder, 'platform.json');
  await writeFile(configFile, JSON.stringify(config, null, 2));
  const platform = startChild({
    name: 'the local platform',
    file: source('../local-platform/src/main.ts'),
    args: [
      '--config',
      configFile,
      '--port',
      '0',
      '--truth',
      join(folder, 'truth.ndjson'),
      '--work',
      join(folder, 'platform'),
    ],
    isReady: (line) => line.startsWith('{"listening"'),
    logFile: join(folder, 'platform.log'),
  });
  children.push(platform);
  const listening = JSON.parse(await platform.ready) as {
    listening: string;
    hosts: { count: number; mode: string };
  };
  await until(
    'the engine',
    () => getJson<CollectorStatus>(`${collectorUrl}/api/v1/status`),
    (status) => status.ready,
    120_000,
  );
  say(`hosts: ${listening.hosts.count} (${listening.hosts.mode}); page: ${collectorUrl}/`);
  return { collector: collectorUrl, platform: listening.listening, children };
}

/**
 * Waits until both sides have finished their work: nothing in flight, no eviction in progress, every acknowledged span in
 * the store. The collector's answers are those for the time at which the platform stopped evicting sandboxes.
 */
async function settle({ collector, platform }: Running): Promise<{ truth: Truth; answer: FunctionsAnswer }> {
  await fetch(`${platform}/control/evictions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"paused":true}',
  });
  const pausedAt = new Date().toISOString();
  await until(
    'the platform',
    () => getJson<{ sandboxes: readonly { state: string }[] }>(`${platform}/status`),
    ({ sandboxes }) => sandboxes.every(({ state }) => state === 'frozen' || state === 'idle'),
    SETTLE_MILLIS,
  );
  await until(
    'the collector',
    () => getJson<CollectorStatus>(`${collector}/api/v1/status`),
    (status) => status.inbox.pendingRequests === 0,
    SETTLE_MILLIS,
  );
  const [truth, answer] = await Promise.all([
    getJson<Truth>(`${platform}/truth`),
    getJson<FunctionsAnswer>(`${collector}/api/v1/functions?from=-24h&to=${pausedAt}`),
  ]);
  return { truth, answer };
}

/** The collector's conclusions about each function's cold starts as of now. */
async function askAdvice(collector: string): Promise<ReadonlyMap<string, Advice>> {
  const [cold, warm] = await Promise.all([
    getJson<Parameters<typeof adviceOf>[0]>(`${collector}/api/v1/cold-starts?from=-1h&buckets=1`),
    getJson<Parameters<typeof adviceOf>[1]>(`${collector}/api/v1/keep-warm?from=-1h`),
  ]);
  return adviceOf(cold, warm);
}

/** Shows the summary once a second (in place on a terminal, a line every five seconds elsewhere) until the signal. */
async function watch(running: Running, options: DemoOptions, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const stream = options.json ? process.stderr : process.stdout;
  const inPlace = stream.isTTY && !options.json;
  let drawn = 0;
  let lastLine = -Infinity;
  while (!signal.aborted) {
    const seconds = Math.round((Date.now() - began) / 1000);
    try {
      const answer = await getJson<FunctionsAnswer>(`${running.collector}/api/v1/functions?from=-1h`);
      if (inPlace) {
        const advice = await askAdvice(running.collector);
        drawn = redraw(stream, summaryLines(answer, seconds, `${running.collector}/`, advice), drawn);
      } else if (seconds - lastLine >= 5) {
        stream.write(`${summaryLine(answer, seconds)}\n`);
        lastLine = seconds;
      }
    } catch (error) {
      if (!signal.aborted)
        process.stderr.write(`no summary: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}

async function run(options: DemoOptions): Promise<number> {
  const folder = options.data ? resolve(options.data) : await mkdtemp(join(tmpdir(), 'sandscope-demo-'));
  makeDirectory(folder);
  const children: Child[] = [];
  const stopping = new AbortController();
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A terminal and npm may both deliver the same Ctrl-C: once is enough.
    process.on(name, () => {
      interrupted.abort();
      stopping.abort();
    });
  }
  let failed = false;
  try {
    const running = await Promise.race([
      start(options, folder, children),
      new Promise<undefined>((resolveStop) =>
        interrupted.signal.addEventListener('abort', () => resolveStop(undefined)),
      ),
    ]);
    if (running === undefined) return 130;
    const telemetry = startTelemetry(running.collector);
    if (options.forMillis !== undefined) setTimeout(() => stopping.abort(), options.forMillis).unref();
    const watching = Promise.all([
      watch(running, options, stopping.signal),
      deployLater(running.platform, stopping.signal),
    ]);
    const load = await runLoad({
      platform: running.platform,
      seed: options.seed,
      idleLimitMillis: IDLE_LIMIT_MILLIS,
      signal: stopping.signal,
    });
    await watching;
    await telemetry.stop();
    if (load.failed > 0) {
      failed = true;
      process.stderr.write(
        `${load.failed} of ${load.calls} calls failed, the last with: ${load.lastError}\n`,
      );
    }
    if (interrupted.signal.aborted) return 0;
    const { truth, answer } = await settle(running);
    const result = { truth: truthSummary(truth), inferred: inferredSummary(answer) };
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      const advice = await askAdvice(running.collector);
      const advised = answer.functions.flatMap((row) =>
        adviceLines(row, advice.get(row.function)).map((line) => `${row.function.padEnd(6)} ${line}`),
      );
      process.stdout.write(
        `\nwhat the collector concluded, and the truth where it differs:\n${scoreTable(result.truth, result.inferred)}\n\n${advised.join('\n')}\n`,
      );
    }
    return failed ? 1 : 0;
  } finally {
    process.stderr.write('stopping …\n');
    // Stop the platform first, so that its sandboxes can still send their goodbye to the collector.
    for (const child of [...children].reverse()) await child.stop();
    if (options.data === undefined) await rm(folder, { recursive: true, force: true });
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
