import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Sealer } from '../../src/correlate/index.ts';
import { startEngine, Store } from '../../src/store/index.ts';
import { insertEnds, insertInvocations } from './generate.ts';
import type { Fleet } from './generate.ts';

/** How long one question took, ms. */
export interface QuestionResult {
  readonly name: string;
  /** Asked for the first time. */
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** What was measured of a store of one size. */
export interface StoreResult {
  readonly invocations: number;
  readonly sandboxes: number;
  readonly bytesPerInvocation: number;
  readonly rollupBytesPerInvocation: number;
  readonly loadSeconds: number;
  readonly sealSeconds: number;
  /** From the start of a collector after `kill -9` until it is ready. */
  readonly restartSeconds: number;
  /** Longest delay of the server's event loop while it was asked. */
  readonly loopMaxMs: number;
  readonly questions: readonly QuestionResult[];
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LOOP = fileURLToPath(new URL('./event-loop.ts', import.meta.url));
const FUNCTION = 'function-010';
/** Rows made by one statement: more do not fit its memory. */
const CHUNK = 40_000;
const READY_MILLIS = 60_000;

const QUESTIONS: readonly (readonly [name: string, path: string])[] = [
  ['functions', 'functions?from=-24h'],
  ['functions, 30 days', 'functions?from=-30d'],
  ['functions, last hour', 'functions?from=-1h'],
  ['functions/{function}', `functions/${FUNCTION}?from=-24h`],
  ['functions/{function}, 30 days', `functions/${FUNCTION}?from=-30d`],
  ['invocations', 'invocations?from=-24h'],
  ['invocations of a function', `invocations?from=-24h&function=${FUNCTION}`],
  ['sandboxes', 'sandboxes?from=-24h'],
  ['sandboxes, 30 days', 'sandboxes?from=-30d'],
  ['sandboxes/{id}', 'sandboxes/{sandbox}?from=-24h'],
  ['hosts', 'hosts?from=-24h'],
  ['hosts/{id}', 'hosts/{host}?from=-24h'],
  ['hops', 'hops?from=-24h'],
  ['hops of a function', `hops?from=-24h&function=${FUNCTION}`],
  ['reuse', 'reuse?from=-24h'],
  ['evictions', 'evictions?from=-24h'],
  ['evictions, 30 days', 'evictions?from=-30d'],
  ['timeline', 'timeline?from=-24h'],
];

/** Fills a store up to the fleet's size, asks it every question, and kills it once. */
export async function measureStore(
  dataDir: string,
  fleet: Fleet,
  runs: number,
  log: (line: string) => void,
): Promise<StoreResult> {
  log(`${fleet.invocations} invocations: making them`);
  const made = await fillStore(dataDir, fleet);
  log(JSON.stringify(made));
  log(`${fleet.invocations} invocations: asking`);
  let collector = await startCollector(dataDir);
  try {
    const questions: QuestionResult[] = [];
    const ids = await findIds(collector.url);
    for (const [name, path] of QUESTIONS) {
      const url = `${collector.url}/api/v1/${path.replace('{sandbox}', ids.sandbox).replace('{host}', ids.host)}`;
      const times: number[] = [];
      let firstMs = NaN;
      for (let run = 0; run <= runs; run += 1) {
        const begun = performance.now();
        const response = await fetch(url);
        const body = await response.text();
        if (response.status !== 200) throw new Error(`${url}: ${response.status} ${body.slice(0, 300)}`);
        const tookMs = performance.now() - begun;
        if (run === 0) firstMs = tookMs;
        else times.push(tookMs);
      }
      times.sort((a, b) => a - b);
      const p50Ms = times[Math.floor((times.length - 1) / 2)] ?? NaN;
      const question = { name, firstMs, p50Ms, maxMs: times.at(-1) ?? NaN };
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
      ...made,
      restartSeconds,
      loopMaxMs,
      questions,
    };
  } finally {
    await collector.kill();
  }
}

async function fillStore(dataDir: string, fleet: Fleet) {
  const warn = (message: string): void => console.error(message);
  const engine = await startEngine({
    dataDir: join(dataDir, 'engine'),
    log: { info: () => undefined, warn, error: warn },
  });
  const store = await Store.open(engine);
  try {
    const begun = performance.now();
    // In order of time, as they would come: the parts of the store are then those of one that was used.
    const chunks = Math.ceil((fleet.invocations - (fleet.made ?? 0)) / CHUNK);
    const startMs = fleet.endMs - fleet.spanMs;
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const at = (index: number): number => Math.round(startMs + (index * fleet.spanMs) / chunks);
      await store.command(insertInvocations(fleet, { time: [at(chunk), at(chunk + 1)] }));
    }
    for (const table of ['seals', 'sandboxes', 'function_rollup', 'minute_rollup', 'sandbox_ends']) {
      await store.command(`TRUNCATE TABLE ${fleet.database}.${table}`);
    }
    await store.command(insertEnds(fleet));
    const loadSeconds = (performance.now() - begun) / 1000;
    const sealing = performance.now();
    await new Sealer({ store, warn }).sealAll();
    const sealSeconds = (performance.now() - sealing) / 1000;
    const [size] = await store.query<{ own: number; rollup: number; n: string }>(
      `SELECT sumIf(bytes_on_disk, table = 'invocations') / n AS own,
        sumIf(bytes_on_disk, table IN ('sandboxes', 'function_rollup', 'minute_rollup', 'activity')) / n AS rollup,
        (SELECT count() FROM ${fleet.database}.invocations) AS n
      FROM system.parts WHERE database = '${fleet.database}' AND active`,
    );
    return {
      bytesPerInvocation: Number(size?.own),
      rollupBytesPerInvocation: Number(size?.rollup),
      loadSeconds,
      sealSeconds,
    };
  } finally {
    await store.close();
    await engine.stop();
  }
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

async function findIds(url: string): Promise<{ sandbox: string; host: string }> {
  const ask = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1/${path}`)).json();
  const { sandboxes } = (await ask(`sandboxes?from=-24h&limit=1&function=${FUNCTION}`)) as {
    sandboxes: { id: string }[];
  };
  const { hosts } = (await ask('hosts?from=-24h&limit=1')) as { hosts: { id: string }[] };
  return { sandbox: sandboxes[0]?.id ?? '', host: hosts[0]?.id ?? '' };
}
