import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CollectorStatus } from '../../src/schema/collector-status.ts';
import { startEngine } from '../../src/store/engine.ts';
import { Store } from '../../src/store/store.ts';
import { quantiles, type Quantiles } from '../quantiles.ts';
import { API_PATHS, pollApi, type ApiResult } from './api-mix.ts';
import { INVOCATIONS_A_REQUEST, SPANS_A_REQUEST, type PayloadEncoding } from './payload.ts';
import {
  childrenOf,
  machineCpuSeconds,
  runSender,
  startCollector,
  watchProcess,
  type Usage,
} from './processes.ts';
import type { SendResult } from './sender.ts';

/** The load of a phase. */
export interface Load {
  readonly encoding: PayloadEncoding;
  readonly gzip: boolean;
  /** If absent, as fast as answers arrive. */
  readonly spansPerSecond?: number;
  readonly seconds: number;
}

/** One load on a collector that starts empty. */
export interface Phase {
  readonly load: Load;
  /** Whether to query the API meanwhile. */
  readonly withApi: boolean;
}

export interface PhaseResult {
  readonly phase: Phase;
  readonly sent: Omit<SendResult, 'ackMillis' | 'lastSerial'>;
  readonly acceptedPerSecond: number;
  /** Sent spans divided by the time from the first request until the last span was in the store. */
  readonly storedPerSecond: number;
  /** From the last answer until everything was in the store, s. */
  readonly drainSeconds: number;
  /** ms. */
  readonly ack: Quantiles;
  /** ms. */
  readonly api?: { readonly all: Quantiles; readonly paths: Readonly<Record<string, Quantiles>> };
  readonly apiFailures?: ApiResult['failures'];
  readonly server: Usage;
  readonly engine: Usage;
  /** Cores that processes outside the measurement used meanwhile: what they take, times are longer by. */
  readonly othersCores: number;
  /** Counted in the tables afterwards by a separate engine. */
  readonly counted: { readonly spans: number; readonly invocations: number };
  /** Both counts equal the number of acknowledged spans. */
  readonly isExact: boolean;
}

/** Connections of the sender. */
export const LANES = 8;
const DRAIN_MILLIS = 180_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Runs a phase and counts the rows of the tables afterwards. */
export async function runPhase(phase: Phase): Promise<PhaseResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandscope-bench-'));
  try {
    const { acknowledged, ...measured } = await measure(phase, dataDir);
    const counted = await countRows(join(dataDir, 'engine'));
    const isExact =
      counted.spans === acknowledged * SPANS_A_REQUEST &&
      counted.invocations === acknowledged * INVOCATIONS_A_REQUEST;
    return { phase, ...measured, counted, isExact };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(phase: Phase, dataDir: string) {
  const collector = await startCollector(dataDir);
  try {
    await until(async () => (await fetch(`${collector.url}/readyz`)).ok, 60_000);
    const enginePid = collector.enginePid();
    if (enginePid === undefined) throw new Error('the collector has no engine process');
    const serverUsage = watchProcess(collector.serverPid);
    const engineUsage = watchProcess(enginePid);
    const otherUsages = childrenOf(collector.serverPid)
      .filter((pid) => pid !== enginePid)
      .map((pid) => watchProcess(pid));
    const machineBefore = machineCpuSeconds();
    const benchBefore = process.cpuUsage();
    const begun = performance.now();
    const stopApi = new AbortController();
    const asking = phase.withApi ? pollApi(collector.url, API_PATHS, stopApi.signal) : undefined;
    const plan = { ...phase.load, url: `${collector.url}/v1/traces`, lanes: LANES, firstSerial: 1 };
    const { ackMillis, lastSerial: _, ...sent } = await runSender(plan);
    const answered = performance.now();
    stopApi.abort();
    await until(async () => (await statusOf(collector.url)).inbox.pendingRequests === 0, DRAIN_MILLIS);
    const drainSeconds = (performance.now() - answered) / 1000;
    const api = await asking;
    const seconds = (performance.now() - begun) / 1000;
    const machineSeconds = machineCpuSeconds() - machineBefore;
    const bench = process.cpuUsage(benchBefore);
    const [server, engine] = [serverUsage(), engineUsage()];
    const ownSeconds =
      [server, engine, ...otherUsages.map((usage) => usage())].reduce((sum, own) => sum + own.cpuSeconds, 0) +
      sent.cpuSeconds +
      (bench.user + bench.system) / 1e6;
    return {
      acknowledged: sent.sentRequests,
      sent,
      acceptedPerSecond: sent.sentSpans / sent.seconds,
      storedPerSecond: sent.sentSpans / (sent.seconds + drainSeconds),
      drainSeconds,
      ack: quantiles(ackMillis),
      ...(api && { api: summarize(api), apiFailures: api.failures }),
      server,
      engine,
      othersCores: Math.max(0, machineSeconds - ownSeconds) / seconds,
    };
  } finally {
    await collector.stop();
  }
}

async function statusOf(url: string): Promise<CollectorStatus> {
  return (await (await fetch(`${url}/api/v1/status`)).json()) as CollectorStatus;
}

/** Stored rows, each span once, as a query with FINAL sees them. */
async function countRows(engineDir: string): Promise<{ spans: number; invocations: number }> {
  const engine = await startEngine({ dataDir: engineDir, log: silent });
  const store = await Store.open(engine);
  try {
    const count = async (table: string, key: string): Promise<number> => {
      const sql = `SELECT count() AS rows, uniqExact(${key}) AS ids FROM ${store.database}.${table}`;
      const limits = { maxSeconds: 120, maxMemoryBytes: 1024 ** 3 };
      const [row] = await store.query<{ rows: string; ids: string }>(sql, {}, limits);
      if (row === undefined || row.rows !== row.ids)
        throw new Error(`${table} holds spans twice: ${JSON.stringify(row)}`);
      return Number(row.rows);
    };
    const spans = await count('otel_traces', 'cityHash64(TraceId, SpanId)');
    return { spans, invocations: await count('invocations', 'cityHash64(trace_id, span_id)') };
  } finally {
    await store.close();
    await engine.stop();
  }
}

function summarize({ millis }: ApiResult) {
  const all = Object.values(millis)
    .flat()
    .sort((a, b) => a - b);
  const paths = Object.fromEntries(Object.entries(millis).map(([path, list]) => [path, quantiles(list)]));
  return { all: quantiles(all), paths };
}

export async function until(good: () => Promise<boolean>, millis: number): Promise<void> {
  const deadline = performance.now() + millis;
  while (!(await good().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`not within ${millis} ms`);
    await delay(50);
  }
}
