// How long a backup of a running collector takes, and how it affects concurrent senders.
// `node collector/bench/backup/main.ts [--invocations 1000000] [--rate 5000] [--runs 3] [--ack inbox] [--keep DIR]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CollectorStatus } from '../../src/schema/collector-status.ts';
import { startEngine } from '../../src/store/engine.ts';
import { Store } from '../../src/store/store.ts';
import { INVOCATIONS_A_REQUEST } from '../ingest/payload.ts';
import { runSender, startCollector } from '../ingest/processes.ts';
import type { SendResult } from '../ingest/sender.ts';
import { multiplySpans } from './fill.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Load before the backup begins: the first three seconds of a sender are not timed. */
const LEAD_MILLIS = 6000;
const log = { info: () => undefined, warn: () => undefined, error: console.error };

const { values } = parseArgs({
  options: {
    invocations: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '40' },
    runs: { type: 'string', default: '3' },
    ack: { type: 'string', default: 'inbox' },
    keep: { type: 'string' },
  },
});
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'sandscope-bench-backup-'));
const dataDir = join(folder, 'data');
let serial = 1;

const send = async (url: string, rate: number, seconds: number): Promise<SendResult> => {
  const plan = { url: `${url}/v1/traces`, encoding: 'protobuf', gzip: false, lanes: 8 } as const;
  const result = await runSender({ ...plan, spansPerSecond: rate, seconds, firstSerial: serial });
  serial = result.lastSerial;
  return result;
};

async function settled(url: string): Promise<void> {
  for (;;) {
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as CollectorStatus;
    if (status.ready && status.inbox.pendingRequests === 0) return;
    await delay(200);
  }
}

async function fill(): Promise<void> {
  const collector = await startCollector(dataDir);
  await settled(collector.url);
  await send(collector.url, 500, 1);
  await settled(collector.url);
  await collector.stop();
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log });
  await multiplySpans(engine, Number(values.invocations) / INVOCATIONS_A_REQUEST);
  await engine.stop();
}

interface Step {
  readonly atSeconds: number;
  readonly line: string;
}

/** Runs the command; returns its output with times. */
async function backUp(target: string): Promise<{ seconds: number; steps: Step[] }> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const child = spawn(process.execPath, [MAIN, 'backup', target, '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const steps: Step[] = [];
  const note = (line: string): void => void steps.push({ atSeconds: Number(seconds().toFixed(2)), line });
  createInterface(child.stderr).on('line', note);
  createInterface(child.stdout).on('line', note);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the backup ended with ${code}: ${JSON.stringify(steps)}`);
  return { seconds: seconds(), steps };
}

function acks({ ackMillis, refused, sentRequests }: SendResult) {
  const at = (share: number): number => Math.round(ackMillis[Math.ceil(ackMillis.length * share) - 1] ?? 0);
  return { sentRequests, refused, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

async function counts(directory: string): Promise<unknown> {
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log });
  const store = await Store.open(engine);
  const { database } = store;
  const sql = `SELECT (SELECT count() FROM ${database}.invocations) AS invocations,
    (SELECT count() FROM ${database}.invocations FINAL) AS invocations_final,
    (SELECT count() FROM ${database}.otel_traces) AS spans, (SELECT sum(rows) FROM ${database}.activity) AS activity`;
  const [row] = await store.query(sql, {}, { maxSeconds: 120, maxMemoryBytes: 900 * 1024 ** 2 });
  await store.close();
  await engine.stop();
  return row;
}

console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}, ${folder}`);
if (!existsSync(dataDir)) await fill();
const collector = await startCollector(dataDir, ['--ack', values.ack]);
await settled(collector.url);
const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
for (let run = 1; run <= Number(values.runs); run++) {
  const without = acks(await send(collector.url, rate, seconds));
  const target = join(folder, `backup-${run}`);
  rmSync(target, { recursive: true, force: true });
  const sending = send(collector.url, rate, seconds);
  await delay(LEAD_MILLIS);
  const backup = await backUp(target);
  const during = acks(await sending);
  console.log(JSON.stringify({ run, rate, ack: values.ack, without, during, backup }, undefined, 1));
}
await collector.stop();
const restored = join(folder, 'restored');
rmSync(restored, { recursive: true, force: true });
const restoring = spawn(process.execPath, [MAIN, 'restore', join(folder, 'backup-1'), '--data', restored], {
  stdio: 'inherit',
});
await once(restoring, 'close');
console.log('restored', JSON.stringify(await counts(restored)));
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
