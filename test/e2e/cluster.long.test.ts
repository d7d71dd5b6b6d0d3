/** The collector on a cluster creates, writes and answers the same as on its own engine. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../examples/demo/child.ts';
import { requestOf, spanOf } from '../support/span-sender.ts';
import { getJson, startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

interface ClusterEngine {
  readonly shards: number;
  readonly child: Child;
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const CLUSTER_ENGINE = fileURLToPath(new URL('../support/cluster-engine.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
const FUNCTIONS = ['alpha', 'beta', 'gamma'];
const TRACE_ID = 'e'.repeat(32);
const SANDBOX = 'f'.repeat(32);
/** Sandbox id of the spans. */
const OF_SPANS = 'c'.repeat(32);
/** Sandbox id of the imported log, which does not know the sandbox itself. */
const OF_LOG = 'd'.repeat(32);
/** More calls than one statement can name. */
const CALLS = 2500;
const BEGUN_MS = Date.now() - 3_000_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running: Collector[] = [];
const engines: ClusterEngine[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await Promise.all(running.map(({ child }) => child.stop()));
  await Promise.all(engines.map(({ child }) => child.stop()));
  await folder.remove();
});

function home(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path, { recursive: true });
  return path;
}

async function startClusterEngine(shards: number): Promise<ClusterEngine> {
  const child = startChild({
    name: 'the cluster',
    file: CLUSTER_ENGINE,
    args: [home(`clickhouse-${shards}`), String(shards)],
    isReady: (line) => line.startsWith('{"url"'),
    logFile: join(folder.path, `clickhouse-${shards}.log`),
  });
  const engine = {
    shards,
    child,
    ...(JSON.parse(await child.ready) as Omit<ClusterEngine, 'child' | 'shards'>),
  };
  engines.push(engine);
  return engine;
}

/** The variables belong to this process, whose children the collectors are. */
async function startOn(name: string, engine?: ClusterEngine): Promise<Collector> {
  const variables = engine && {
    URL: engine.url,
    USER: engine.user,
    PASSWORD: engine.password,
    CLUSTER: '{cluster}',
  };
  for (const key of ['URL', 'USER', 'PASSWORD', 'CLUSTER'] as const) {
    const variable = `SANDSCOPE_CLICKHOUSE_${key}`;
    if (variables === undefined) delete process.env[variable];
    else process.env[variable] = variables[key];
  }
  const collector = await startCollector(home(name), 0, '--sql');
  running.push(collector);
  return collector;
}

/** `sandscope delete`, at a collector that was started with this name. */
async function deleteAt(name: string, ...what: string[]): Promise<void> {
  const data = join(home(name), 'collector');
  await promisify(execFile)(process.execPath, [MAIN, 'delete', ...what, '--yes', '--data', data]);
}

/** Requests with the same content for every receiver: each function's calls alternate between two sandboxes. */
function requests(): string[] {
  const fromMs = Date.now() - 600_000;
  return FUNCTIONS.map((name, which) => {
    const sandboxes = [
      which === 0 ? SANDBOX : randomBytes(16).toString('hex'),
      randomBytes(16).toString('hex'),
    ];
    const spans = Array.from({ length: 60 }, (_, index) =>
      spanOf(
        which === 0 ? TRACE_ID : randomBytes(16).toString('hex'),
        sandboxes[index % 2] ?? '',
        1 + Math.floor(index / 2),
        fromMs + index * 5000,
      ),
    );
    return JSON.stringify(requestOf(name, spans));
  });
}

async function send(collector: Collector, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body });
    expect(response.status).toBe(200);
  }
  await collector.settled();
}

/** Every described query of the API, each for the first function, trace and sandbox. */
async function questions(collector: Collector): Promise<string[]> {
  const { paths } = await getJson<{
    paths: Record<string, { get?: { parameters?: { name: string; in: string; required?: boolean }[] } }>;
  }>(`${collector.url}/openapi.json`);
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (get === undefined || !path.startsWith('/api/v1/') || path.includes('status')) return [];
    const filled = path
      .replace('{function}', 'alpha')
      .replace('/traces/{id}', `/traces/${TRACE_ID}`)
      .replace('/sandboxes/{id}', `/sandboxes/${SANDBOX}`);
    if (filled.includes('{')) return []; // hosts are not known here
    const names = new Set(
      get.parameters?.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    );
    const query = new URLSearchParams();
    if (names.has('from')) query.set('from', new Date(Date.now() - 3_600_000).toISOString());
    if (names.has('to')) query.set('to', new Date().toISOString());
    if (names.has('function') && !path.includes('{function}')) query.set('function', 'alpha');
    return [`${filled}?${query.toString()}`];
  });
}

describe('a cluster of one shard', () => {
  let cluster: Collector;
  let own: Collector;
  const bodies = requests();

  beforeAll(async () => {
    cluster = await startOn('on-cluster', await startClusterEngine(1));
    own = await startOn('own');
    await Promise.all([send(cluster, bodies), send(own, bodies)]);
  });

  async function ask(body: string): Promise<string> {
    const { url, user, password } = engines[0]!;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
      body,
    });
    return (await response.text()).trim();
  }

  it('has the views for SQL, over all shards', async () => {
    await expect
      .poll(() => ask('SELECT count() FROM sandscope.v1_invocations FORMAT CSV'), { timeout: 30_000 })
      .toBe(String(FUNCTIONS.length * 60));
  });

  it('keeps the rows beside the tables that queries name', async () => {
    const engineCounts = await ask(
      `SELECT engine, count() FROM system.tables WHERE database = 'sandscope' AND engine != 'View' GROUP BY engine ORDER BY engine FORMAT CSV`,
    );
    const found = new Map(engineCounts.split('\n').map((line) => line.split(',') as [string, string]));
    expect([...found.keys()]).toEqual(['"Distributed"', '"ReplacingMergeTree"']);
    expect(found.get('"ReplacingMergeTree"')?.replaceAll('"', '')).toBe('1'); // what was migrated
  });

  it('answers every question as the embedded engine does', async () => {
    const asked = await questions(own);
    expect(asked.length).toBeGreaterThan(8);
    for (const question of asked) {
      const [onCluster, embedded] = await Promise.all([
        getJson(`${cluster.url}${question}`),
        getJson(`${own.url}${question}`),
      ]);
      expect({ question, answer: onCluster }).toEqual({ question, answer: embedded });
    }
  });

  it('changes no count when a batch comes again', async () => {
    await send(cluster, bodies);
    const { total } = await getJson<{ total: { invocations: number } }>(
      `${cluster.url}/api/v1/functions?from=-1h`,
    );
    expect(total.invocations).toBe(FUNCTIONS.length * 60);
  });

  it('deletes a function as the embedded engine does, and nothing else', async () => {
    await Promise.all([deleteAt('on-cluster', 'function', 'beta'), deleteAt('own', 'function', 'beta')]);
    const countOf = (table: string, name: string): Promise<string> =>
      ask(
        `SELECT count() FROM sandscope_local.${table} WHERE ${table === 'otel_traces' ? 'ServiceName' : 'function'} = '${name}' FORMAT CSV`,
      );
    for (const table of [
      'otel_traces',
      'invocations',
      'activity',
      'sandboxes',
      'function_rollup',
      'minute_rollup',
    ])
      expect([table, await countOf(table, 'beta')]).toEqual([table, '0']);
    for (const table of ['otel_traces', 'invocations'])
      expect([table, Number(await countOf(table, 'gamma'))]).toEqual([table, 60]);
    for (const question of await questions(own)) {
      const [onCluster, embedded] = await Promise.all([
        getJson(`${cluster.url}${question}`),
        getJson(`${own.url}${question}`),
      ]);
      expect({ question, answer: onCluster }).toEqual({ question, answer: embedded });
    }
    const { functions } = await getJson<{ functions: { function: string }[] }>(
      `${cluster.url}/api/v1/functions?from=-1h`,
    );
    expect(functions.map((one) => one.function).sort()).toEqual(['alpha', 'gamma']);
  });
});

/** The calls of a function, as an import of the platform's log sends them, and as the function's spans have them. */
function tellings(name: string): { readonly lines: string; readonly spans: string } {
  const stream = '2026/11/29/[$LATEST]0a1b2c3d';
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const told = (isLog: boolean): string => {
    const request = requestOf(
      name,
      Array.from({ length: CALLS }, (_, index) => {
        const span = spanOf(
          randomBytes(16).toString('hex'),
          isLog ? OF_LOG : OF_SPANS,
          index + 1,
          BEGUN_MS + index * 1000,
        );
        const own = isLog
          ? [text('sandscope.billed.duration_ms', '3'), text('sandscope.memory.max_used_bytes', '67108864')]
          : [];
        return {
          ...span,
          attributes: [...span.attributes, text('faas.invocation_id', `${name}-${index}`), ...own],
        };
      }),
    );
    const [{ resource, scopeSpans }] = request.resourceSpans as [(typeof request.resourceSpans)[0]];
    const imported = [text('sandscope.import.name', 'log'), text('sandscope.import.format', 'cloudwatch')];
    const attributes = [...resource.attributes, text('faas.instance', stream), ...(isLog ? imported : [])];
    const scope = { name: isLog ? 'sandscope import' : '@sandscope/sdk' };
    return JSON.stringify({
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope, ...scopeSpans[0] }] }],
    });
  };
  return { lines: told(true), spans: told(false) };
}

describe.each([1, 2])('spans and REPORT lines on a cluster, number of shards: %i', (shards) => {
  it.each(['lines first', 'spans first'])('are one invocation, %s', { timeout: 180_000 }, async (order) => {
    const name = `told-twice-${order.replace(' ', '-')}`;
    const engine = engines.find((one) => one.shards === shards) ?? (await startClusterEngine(shards));
    const collectorName = `joins-${shards}-${order.replace(' ', '-')}`;
    const collector = await startOn(collectorName, engine);
    const { lines, spans } = tellings(name);
    const [first, second] = order === 'lines first' ? [lines, spans] : [spans, lines];
    await send(collector, [first]);
    await send(collector, [second]);
    interface Told {
      readonly recordedBy?: string;
      readonly sandboxId: string;
      readonly billedMs?: number;
    }
    await until(
      'each call is one invocation',
      async () => {
        const { invocations } = await getJson<{ invocations: Told[] }>(
          `${collector.url}/api/v1/invocations?from=-2h&function=${name}&limit=1000`,
        );
        return new Set(invocations.map((one) => `${one.recordedBy} ${one.sandboxId} ${one.billedMs}`));
      },
      (told) => told.size === 1 && told.has(`both ${OF_SPANS} 3`),
      60_000,
    );
    // An engine that emulates two shards has each row twice.
    if (shards > 1) return;
    const { functions } = await getJson<{ functions: object[] }>(
      `${collector.url}/api/v1/billing?from=-2h&function=${name}`,
    );
    expect(functions).toMatchObject([
      { function: name, both: CALLS, withoutReport: 0, withoutSpan: 0, billedMs: 3 * CALLS },
    ]);
    const summary = await getJson<{ invocations: number; sandboxes: number }>(
      `${collector.url}/api/v1/functions/${name}?from=-2h`,
    );
    expect(summary).toMatchObject({ invocations: CALLS, sandboxes: 1 });
    // More lines than one statement names. The spans of the same calls stay.
    await deleteAt(collectorName, 'import', 'log');
    const left = await getJson<{ invocations: Told[] }>(
      `${collector.url}/api/v1/invocations?from=-2h&function=${name}&limit=1000`,
    );
    expect(
      new Set(left.invocations.map((one) => `${one.recordedBy} ${one.sandboxId} ${one.billedMs}`)),
    ).toEqual(new Set([`undefined ${OF_SPANS} undefined`]));
    expect(await getJson<object>(`${collector.url}/api/v1/functions/${name}?from=-2h`)).toMatchObject({
      invocations: CALLS,
      sandboxes: 1,
    });
  });
});

describe('a cluster of two shards', () => {
  it('refuses no question for joining what is distributed', { timeout: 180_000 }, async () => {
    const cluster = await startOn(
      'on-two',
      engines.find(({ shards }) => shards === 2) ?? (await startClusterEngine(2)),
    );
    await send(cluster, requests());
    const asked = await questions(cluster);
    expect(asked.length).toBeGreaterThan(8);
    const refused: object[] = [];
    // One after the other: a request that waits too long for its turn is refused for another reason.
    for (const question of asked) {
      const response = await fetch(`${cluster.url}${question}`);
      const body = await response.text();
      if (!response.ok) refused.push({ question, status: response.status, body });
    }
    expect(refused).toEqual([]);
    await until(
      'it is ready',
      () => cluster.status(),
      ({ ready }) => ready,
    );
  });
});
