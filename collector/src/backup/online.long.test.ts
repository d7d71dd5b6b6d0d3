import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inbox, INBOX_FILE, STORE_CONSUMER } from '../inbox/index.ts';
import { startEngine } from '../store/engine.ts';
import { Store } from '../store/store.ts';
import type { RunningCollector } from './running-collector.fixture.ts';
import {
  allStored,
  heldFolders,
  holdSnapshot,
  invocationsBody,
  Load,
  nothingHeld,
  post,
  runCommand,
  startCollector,
} from './running-collector.fixture.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PATIENTLY = { timeout: 30_000 };

let folder: string;
let data: string;
let collectors: RunningCollector[];
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-online-'));
  data = at('data');
  collectors = [];
});

afterEach(async () => {
  await Promise.all(collectors.map((collector) => collector.kill()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: Parameters<typeof startCollector>): Promise<RunningCollector> {
  const collector = await startCollector(...args);
  collectors.push(collector);
  return collector;
}

describe('a backup of a running collector', { timeout: 180_000 }, () => {
  it('has every span acknowledged before it once, while spans keep arriving', async () => {
    const letters = 'dead-letters/store/000000000000001.ndjson';
    mkdirSync(at('data/dead-letters/store'), { recursive: true });
    writeFileSync(at(`data/${letters}`), '');
    const collector = await start(data);
    const load = new Load(collector.url);
    await expect.poll(() => load.acknowledged.size, PATIENTLY).toBeGreaterThan(2000);
    const before = new Set(load.acknowledged);
    const made = await runCommand('backup', at('backup'), '--data', data);
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\d+ files, \d+ bytes backed up/) as string,
    });
    expect(made.stderr).toMatch(
      /copying the inbox\n.*holding the tables\n.*inserts into the tables were paused for \d+ ms\n(.*files copied.*\n)+/,
    );
    expect(heldFolders(data)).toEqual([]);
    expect(load.acknowledged.size).toBeGreaterThan(before.size);
    await collector.kill();
    await load.stop();

    const restored = await runCommand('restore', at('backup'), '--data', at('restored'));
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    expect(existsSync(at(`restored/${letters}`))).toBe(true);
    const second = await start(at('restored'));
    await allStored(second.url);
    const later = invocationsBody(900_000, 3);
    expect(await post(second.url, later.body)).toBe(200);
    await allStored(second.url);
    const answer = (await (await fetch(`${second.url}/api/v1/functions?from=-1h`)).json()) as object;
    expect(JSON.stringify(answer)).toContain('"loaded"');
    const { status } = await fetch(`${second.url}/api/v1/traces/${later.traceIds[0]}`);
    expect(status).toBe(200);
    await second.kill();

    const { traces, counts } = await contents(at('restored'));
    const found = new Set(traces);
    expect([...before, ...later.traceIds].filter((id) => !found.has(id))).toEqual([]);
    // Not even twice before a merge: no span in the tables is also in the inbox.
    expect(counts).toEqual({
      otel_traces: found.size,
      invocations: found.size,
      otel_traces_final: found.size,
      invocations_final: found.size,
      activity: found.size,
    });
  });

  it('waits for the engine, and says so', async () => {
    const other = await startEngine({ dataDir: at('data/engine'), log });
    try {
      await start(data, false); // its engine waits for the directory
      const { code, stderr } = await runCommand('backup', at('backup'), '--data', data);
      expect([code, stderr]).toEqual([5, 'sandscope: the engine is starting; try again later\n']);
    } finally {
      await other.stop();
    }
  });

  it('ends when the collector is killed, whose next start removes the held files', async () => {
    const first = await start(data);
    const channel = await holdSnapshot(data);
    await first.kill();
    expect(await channel.receive()).toBeUndefined();
    expect(heldFolders(data)).toHaveLength(2);

    // Nobody listens on the remaining socket: the offline path, without the held links.
    const offline = await runCommand('backup', at('offline'), '--data', data);
    expect(offline.code).toBe(0);
    expect(readFileSync(at('offline/backup.json'), 'utf8')).not.toMatch(/shadow|snapshot/);

    await start(data);
    expect(heldFolders(data)).toEqual([]);
    expect((await runCommand('backup', at('backup'), '--data', data)).stderr).toContain('holding the tables');
  });

  it('ends with the collector', async () => {
    const { child } = await start(data);
    const channel = await holdSnapshot(data);
    child.kill('SIGTERM');
    expect(await channel.receive()).toBeUndefined();
    await nothingHeld(data);
    await expect.poll(() => child.exitCode, PATIENTLY).toBe(0);
    expect(existsSync(at('data/control.sock'))).toBe(false);
  });

  it('has the inbox when the tables are in an external ClickHouse', async () => {
    // Nobody answers there, so everything waits in the inbox.
    const { url } = await start(data, false, { SANDSCOPE_CLICKHOUSE_URL: 'http://127.0.0.1:9' });
    expect(await post(url, invocationsBody(1, 3).body)).toBe(200);
    const { code, stderr } = await runCommand('backup', at('backup'), '--data', data);
    expect(code).toBe(0);
    expect(stderr).toContain('your ClickHouse, which has a BACKUP of its own');
    expect((await runCommand('restore', at('backup'), '--data', at('restored'))).code).toBe(0);
    const inbox = new Inbox({ path: join(at('restored'), INBOX_FILE) });
    expect(inbox.pending(STORE_CONSUMER).requests).toBe(1);
    inbox.close();
  });
});

/** The content of a directory's engine, read without the API. */
async function contents(dataDir: string): Promise<{ traces: string[]; counts: Record<string, number> }> {
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log });
  const store = await Store.open(engine);
  try {
    const rows = await store.query<{ id: string }>(
      `SELECT DISTINCT TraceId AS id FROM ${store.database}.otel_traces`,
    );
    const count = async (select: string): Promise<number> => {
      const [row] = await store.query<{ n: string }>(`SELECT ${select}`);
      return Number(row?.n);
    };
    const counts = {
      otel_traces: await count(`count() AS n FROM ${store.database}.otel_traces`),
      invocations: await count(`count() AS n FROM ${store.database}.invocations`),
      otel_traces_final: await count(`count() AS n FROM ${store.database}.otel_traces FINAL`),
      invocations_final: await count(`count() AS n FROM ${store.database}.invocations FINAL`),
      activity: await count(`sum(rows) AS n FROM ${store.database}.activity`),
    };
    return { traces: rows.map(({ id }) => id), counts };
  } finally {
    await store.close();
    await engine.stop();
  }
}
