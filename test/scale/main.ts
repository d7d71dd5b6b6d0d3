/**
 * `npm run bench:scale`: the cost of one invocation on the wire, in the inbox, in the store and in CPU time, and the
 * requirements of a million per second. `--json` prints everything, `--markdown FILE` writes the section `scale` of a
 * page.
 */
import { createClient } from '@clickhouse/client';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSdk } from '../../.ci/build.ts';
import { updateSection } from '../../.ci/generated-section.ts';
import { startEngine } from '../../collector/src/store/index.ts';
import { startChild } from '../../examples/demo/child.ts';
import { engineOf } from '../faults/processes.ts';
import { startCollector, temporaryFolder } from '../support/stack.ts';
import { ASSUMPTIONS, type Cost, type Measured } from './measured.ts';
import { renderScale } from './markdown.ts';
import { captureTraffic, replay, type Captured } from './traffic.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'string' },
    seconds: { type: 'string', default: '30' },
  },
});
const seconds = Number(values.seconds);
const INBOX_REQUESTS = 4000;
const GATHERED = 100;
const UNREACHABLE = 'http://127.0.0.1:9';
const SPAN_TABLES = new Set(['otel_traces', 'otel_traces_trace_id_ts']);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
function cpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

async function measureInbox(folder: string, captured: Captured): Promise<number> {
  process.env['SANDSCOPE_CLICKHOUSE_URL'] = UNREACHABLE;
  const collector = await startWithoutStore(folder);
  delete process.env['SANDSCOPE_CLICKHOUSE_URL'];
  const { bodies } = await replay(captured, {
    url: collector.url,
    gathered: 1,
    lanes: 16,
    until: (sent) => sent >= INBOX_REQUESTS,
  });
  await collector.stop();
  const files = readdirSync(collector.data).filter((name) => name.startsWith('inbox.db'));
  const bytes = files.reduce((sum, name) => sum + statSync(join(collector.data, name)).size, 0);
  return (bytes / bodies) * (captured.bodies.length / captured.invocations);
}

/** A collector that is never ready: its store is unavailable. */
async function startWithoutStore(folder: string) {
  const data = join(folder, 'inbox-only');
  const child = startChild({
    name: 'the collector',
    file: new URL('../../collector/src/main.ts', import.meta.url).pathname,
    args: ['up', '--port', '0', '--data', data, '--inbox-max-bytes', '4GiB'],
    isReady: (line) => line.startsWith('sandscope: http'),
    logFile: join(folder, 'inbox-only.log'),
  });
  const url = /http:\/\/[^\s/]+/.exec(await child.ready)![0];
  return { url, data, stop: () => child.stop() };
}

async function storedBytes(dataDir: string) {
  const engine = await startEngine({ dataDir, memoryBytes: 2 * 1024 ** 3, log: silent });
  const client = createClient({ url: engine.url, username: engine.user, password: engine.password });
  const tables = async () => {
    const query = `SELECT table, sum(rows) AS count, sum(bytes_on_disk) AS bytes FROM system.parts
      WHERE active AND database = '${engine.database}' GROUP BY table`;
    const result = await client.query({ query, format: 'JSONEachRow' });
    return await result.json<{ table: string; count: string; bytes: string }>();
  };
  for (const { table } of await tables()) {
    await client.command({ query: `OPTIMIZE TABLE ${engine.database}.${table} FINAL` });
  }
  const merged = await tables();
  await client.close();
  await engine.stop();
  const bytesOf = (wanted: (table: string) => boolean): number =>
    merged.filter(({ table }) => wanted(table)).reduce((sum, { bytes }) => sum + Number(bytes), 0);
  return {
    invocations: Number(merged.find(({ table }) => table === 'invocations')?.count ?? 0),
    spanTables: bytesOf((table) => SPAN_TABLES.has(table)),
    typedTables: bytesOf((table) => !SPAN_TABLES.has(table) && table !== 'migrations'),
  };
}

interface Throughput {
  readonly cost: Cost;
  /** Of the engine that stores everything. */
  readonly engineDir: string;
}

/** Receives and stores at full speed; CPU time and rate are per invocation, from the first request to the last row. */
async function measureThroughput(parent: string, captured: Captured, gathered: number): Promise<Throughput> {
  const home = join(parent, `throughput-${gathered}`);
  mkdirSync(home);
  const collector = await startCollector(home, 0, '--inbox-max-bytes', '8GiB');
  const server = collector.child.process.pid!;
  const engine = engineOf(server);
  if (engine === undefined) throw new Error('the collector has no engine');
  const before = [cpuMicros(server), cpuMicros(engine)] as const;
  const startedAt = performance.now();
  const lanes = gathered === 1 ? 64 : 8;
  const until = (): boolean => performance.now() - startedAt > seconds * 1000;
  const { bodies } = await replay(captured, { url: collector.url, gathered, lanes, until });
  await collector.settled();
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const after = [cpuMicros(server), cpuMicros(engine)] as const;
  await collector.child.stop();
  const invocations = (bodies * captured.invocations) / captured.bodies.length;
  return {
    cost: {
      perSecond: invocations / elapsedSeconds,
      collectorCpuMicros: (after[0] - before[0]) / invocations,
      engineCpuMicros: (after[1] - before[1]) / invocations,
    },
    engineDir: join(home, 'collector', 'engine'),
  };
}

await buildSdk();
const folder = await temporaryFolder();
try {
  const captured = await captureTraffic(folder.path, seconds);
  const inboxBytes = await measureInbox(folder.path, captured);
  const single = await measureThroughput(folder.path, captured, 1);
  const batched = await measureThroughput(folder.path, captured, GATHERED);
  const stored = await storedBytes(batched.engineDir);

  const measured: Measured = {
    invocations: captured.invocations,
    spansPerInvocation: captured.spans / captured.invocations,
    requestsPerInvocation: captured.bodies.length / captured.invocations,
    wireBytes: captured.wireBytes / captured.invocations,
    inboxBytes,
    spanTablesBytes: stored.spanTables / stored.invocations,
    typedTablesBytes: stored.typedTables / stored.invocations,
    storedInvocations: stored.invocations,
    single: single.cost,
    batched: batched.cost,
    gathered: GATHERED,
  };
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} CPUs, Linux ${release()}, Node.js ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const command = ['npm run bench:scale --', ...process.argv.slice(2)].join(' ');
  if (values.markdown !== undefined) {
    await updateSection(
      values.markdown,
      'scale',
      renderScale(measured, ASSUMPTIONS, { machine, date, command }),
    );
  }
  if (values.json === true || values.markdown === undefined) {
    process.stdout.write(
      `${JSON.stringify({ date, machine, measured, assumptions: ASSUMPTIONS }, null, 2)}\n`,
    );
  }
} finally {
  await folder.remove();
}
