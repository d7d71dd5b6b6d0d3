import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseError, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseCommandLine } from '../commands/index.ts';
import { readConfig } from '../config/index.ts';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import { Secret } from '../security/index.ts';
import { startServer } from '../server/server.ts';
import type { Collector } from '../server/server.ts';

const TOKEN = 'query-token-0123456789';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let collector: Collector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-sql-route-'));
  const queryTokens = { tokens: [new Secret(TOKEN)] };
  const config = { host: '127.0.0.1', port: 0, dataDir: folder, forward: [], sql: true, queryTokens };
  collector = await startServer(config, quiet);
  await collector.ready;
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body: requestBody('one', 'two') });
  await vi.waitUntil(async () => (await collector.status()).inbox.pendingRequests === 0, { timeout: 60_000 });
});
afterAll(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

async function get(query: string, headers: Record<string, string> = { authorization: basic(TOKEN) }) {
  const response = await fetch(`${collector.url}/sql${query}`, { headers });
  return {
    status: response.status,
    code: response.headers.get('x-clickhouse-exception-code'),
    text: await response.text(),
  };
}

const COUNT = `?query=${encodeURIComponent('SELECT count() FROM v1_spans')}`;

describe('/sql', () => {
  it.each([
    [{ authorization: basic(TOKEN) }],
    [{ authorization: `Bearer ${TOKEN}` }],
    [{ 'x-clickhouse-user': 'default', 'x-clickhouse-key': TOKEN }],
  ])('takes the token as clients of ClickHouse send it: %j', async (headers) => {
    expect(await get(COUNT, headers)).toEqual({ status: 200, code: null, text: '2\n' });
  });

  it.each([
    [{}, COUNT, 401, '516'],
    [{ authorization: basic('another-token-0123456789') }, COUNT, 401, '516'],
    [{ 'x-clickhouse-key': 'another-token-0123456789' }, COUNT, 401, '516'],
    [{}, `${COUNT}&user=x&password=${TOKEN}`, 401, '516'],
    [undefined, `${COUNT}&password=${TOKEN}`, 400, '36'],
    [undefined, `${COUNT}&max_memory_usage=0`, 403, '164'],
    [undefined, `${COUNT}&compress=1`, 403, '164'],
    [undefined, `${COUNT}&max_execution_time=-1`, 400, '36'],
    [undefined, `${COUNT}&database=system`, 404, '81'],
    [undefined, `${COUNT}&default_format=x'y`, 400, '36'],
    [undefined, `${COUNT}${COUNT.replace('?', '&')}`, 400, '36'],
    [undefined, '?query=SELECT%201%20FROM%20otel_traces', 500, '497'],
    [undefined, '?query=SELECT%20file(%27/etc/hostname%27)', 403, '497'],
    [undefined, '?query=SELECT%20(', 400, '62'],
  ])('refuses %j %s', async (headers, query, status, code) => {
    expect(await get(query, headers)).toEqual({
      status,
      code,
      text: expect.stringContaining('DB::Exception'),
    });
  });

  it('answers the client of ClickHouse: rows, formats, parameters, errors, a ping', async () => {
    const client = createClient({
      url: collector.url,
      pathname: '/sql',
      username: 'grafana',
      password: TOKEN,
    });
    const rows = await client.query({
      query: 'SELECT name FROM v1_spans WHERE name IN {names:Array(String)} ORDER BY name',
      query_params: { names: ['one', 'two'] },
      format: 'JSONEachRow',
    });
    expect(await rows.json()).toEqual([{ name: 'one' }, { name: 'two' }]);
    expect(await client.ping({ select: true })).toEqual({ success: true });
    await expect(client.query({ query: 'SELECT * FROM invocations' })).rejects.toThrow(ClickHouseError);
    await client.close();
  });

  it('takes the format from a header, and a longer time limit than its own', async () => {
    const headers = { authorization: basic(TOKEN), 'x-clickhouse-format': 'JSONCompactEachRow' };
    expect(await get(`${COUNT}&max_execution_time=65`, headers)).toEqual({
      status: 200,
      code: null,
      text: '["2"]\n',
    });
  });

  it('answers binary formats as they are', async () => {
    const arrow = await get(`?query=${encodeURIComponent('SELECT 1 AS a FORMAT Arrow')}`);
    expect(arrow.text.slice(0, 6)).toBe('ARROW1');
  });

  it('says which methods it has', async () => {
    const headers = { authorization: basic(TOKEN) };
    const { status, headers: answered } = await fetch(`${collector.url}/sql`, { method: 'PUT', headers });
    expect([status, answered.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('has a ping, with a token', async () => {
    expect((await get('/ping')).text).toBe('Ok.\n');
    expect((await get('/ping', {})).status).toBe(401);
  });
});

describe('--sql', () => {
  const configOf = (args: readonly string[], env: Record<string, string> = {}) => {
    const line = parseCommandLine(['up', ...args], env);
    if (line.kind !== 'run') throw new Error(`this asks for ${line.kind}`);
    return readConfig(line.settings);
  };

  it('is off unless given', () => {
    expect(configOf([])).not.toHaveProperty('sql');
    expect(configOf(['--sql']).sql).toBe(true);
    expect(configOf([], { SANDSCOPE_SQL: '1' }).sql).toBe(true);
  });
});
