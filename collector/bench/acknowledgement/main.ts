/**
 * `npm run bench:acknowledgement`: how long senders wait for their acknowledgement while others send the most expensive
 * queries, and while there are no queries.
 *
 *     node collector/bench/acknowledgement/main.ts [--json] [--seconds N] [--clients N] [--rate SPANS]
 *
 * Each run uses a collector that starts empty, as a user starts it. Time is counted from the moment a request was due,
 * so that waiting for its turn counts too. Linux only. Progress goes to standard error. Exit code 0 if everything was
 * measured, 2 for invalid arguments. A missed target is a result, not a failure.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runSender, startCollector } from '../ingest/processes.ts';
import { until } from '../ingest/phases.ts';
import { runBench, wholeNumber } from '../run-bench.ts';
import type { AskPlan, AskResult } from './clients.ts';

interface Options {
  readonly json: boolean;
  readonly seconds: number;
  readonly clients: number;
  readonly spansPerSecond: number;
}

/** Small, so that there are enough requests for such an extreme quantile. */
const SPANS_A_REQUEST = 25;
const LANES = 16;
const TARGET_MILLIS = 250;
const CLIENTS_FILE = fileURLToPath(new URL('./clients.ts', import.meta.url));

interface Run {
  readonly clients: number;
  readonly acknowledged: number;
  readonly refused: Readonly<Record<string, number>>;
  /** ms. */
  readonly acknowledgement: Readonly<Record<'p50' | 'p99' | 'p99.9' | 'max', number>>;
  readonly questions?: Omit<AskResult, 'millis'> & {
    readonly p50Millis: number;
    readonly p99Millis: number;
  };
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '60' },
      clients: { type: 'string', default: '20' },
      rate: { type: 'string', default: '5000' },
    },
  });
  return {
    json: values.json,
    seconds: wholeNumber('--seconds', values.seconds, 3, 3600),
    clients: wholeNumber('--clients', values.clients, 1, 1000),
    spansPerSecond: wholeNumber('--rate', values.rate, 100, 1_000_000),
  };
}

async function measure({ seconds, spansPerSecond }: Options, clients: number): Promise<Run> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandscope-bench-'));
  const collector = await startCollector(dataDir);
  try {
    await until(async () => (await fetch(`${collector.url}/readyz`)).ok, 60_000);
    const asking = clients === 0 ? undefined : startClients({ url: collector.url, clients });
    const sent = await runSender({
      url: `${collector.url}/v1/traces`,
      encoding: 'protobuf',
      gzip: false,
      spansPerSecond,
      seconds,
      lanes: LANES,
      spansARequest: SPANS_A_REQUEST,
      firstSerial: 1,
    });
    const asked = await asking?.stop();
    const at = (list: readonly number[], q: number): number =>
      list[Math.min(list.length - 1, Math.floor(q * list.length))] ?? Number.NaN;
    return {
      clients,
      acknowledged: sent.sentRequests,
      refused: sent.refused,
      acknowledgement: {
        p50: at(sent.ackMillis, 0.5),
        p99: at(sent.ackMillis, 0.99),
        'p99.9': at(sent.ackMillis, 0.999),
        max: sent.ackMillis.at(-1) ?? Number.NaN,
      },
      ...(asked && {
        questions: {
          answers: asked.answers,
          bytes: asked.bytes,
          p50Millis: at(asked.millis, 0.5),
          p99Millis: at(asked.millis, 0.99),
        },
      }),
    };
  } finally {
    await collector.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function startClients(plan: AskPlan): { stop(): Promise<AskResult> } {
  const child = fork(CLIENTS_FILE, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(plan);
  return {
    async stop() {
      child.send('stop');
      const [result] = (await once(child, 'message')) as [AskResult];
      return result;
    },
  };
}

function print(runs: readonly Run[]): void {
  const round = (ms: number): string => ms.toFixed(ms < 10 ? 1 : 0).padStart(7);
  console.log('clients  acknowledged  refused      p50      p99    p99.9      max  ms');
  for (const { clients, acknowledged, refused, acknowledgement: ms } of runs) {
    const lost = Object.values(refused).reduce((sum, count) => sum + count, 0);
    const counts = `${String(clients).padStart(7)}  ${String(acknowledged).padStart(12)}  ${String(lost).padStart(7)}`;
    console.log(`${counts}  ${round(ms.p50)}  ${round(ms.p99)}  ${round(ms['p99.9'])}  ${round(ms.max)}`);
  }
  const questions = runs.at(-1)?.questions;
  if (questions) console.log(`questions: ${JSON.stringify(questions)}`);
}

await runBench('bench:acknowledgement', readOptions, async (options, command) => {
  console.error('nobody asks …');
  const alone = await measure(options, 0);
  console.error(`${options.clients} clients ask …`);
  const asked = await measure(options, options.clients);
  const isMet = asked.acknowledgement['p99.9'] <= TARGET_MILLIS;
  if (options.json)
    console.log(JSON.stringify({ command, targetMillis: TARGET_MILLIS, isMet, runs: [alone, asked] }));
  else {
    console.log(`${command}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`);
    print([alone, asked]);
    console.log(`p99.9 with clients at most ${TARGET_MILLIS} ms: ${isMet ? 'met' : 'MISSED'}`);
  }
  return 0;
});
