import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import type { Collector } from './server.ts';
import { startServer } from './server.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';

let folder: string;
let collector: Collector;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-server-'));
  collector = await startServer({ host: '127.0.0.1', port: 0, dataDir: folder, forward: [] }, quiet);
});

afterAll(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function get(path: string): Promise<Response> {
  return fetch(`${collector.url}${path}`);
}

async function post(...names: string[]): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${collector.url}/v1/traces`, { method: 'POST', body: requestBody(...names), headers });
}

async function status(): Promise<CollectorStatus> {
  return (await (await get('/api/v1/status')).json()) as CollectorStatus;
}

describe('a collector that starts', () => {
  it('keeps spans before the engine is there, and stores them when it is', async () => {
    expect((await post('early')).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);
    const early = await get('/readyz');
    const { ready, reasons } = (await early.json()) as { ready: boolean; reasons: string[] };
    expect([early.status, ready, reasons.length > 0]).toEqual([ready ? 200 : 503, ready, !ready]);
    await collector.ready;
    await expect.poll(async () => (await status()).inbox.pendingRequests, { timeout: 20_000 }).toBe(0);
    expect(await status()).toMatchObject({
      ready: true,
      engine: { state: 'ready', restarts: 0 },
      inbox: { acceptedRequests: 1, acceptedSpans: 1 },
      store: { insertedSpans: 1 },
    });
  });

  it('is ready then', async () => {
    await collector.ready;
    const response = await get('/readyz');
    expect([response.status, await response.json()]).toEqual([200, { ready: true, reasons: [] }]);
  });

  it('takes its data directory for itself', async () => {
    const other = startServer({ host: '127.0.0.1', port: 0, dataDir: folder, forward: [] }, quiet);
    await expect(other).rejects.toMatchObject({
      code: 'ERR_DATA_DIR',
      message: `the data directory ${folder} is in use by another collector (process ${process.pid})`,
    });
  });

  it('says that a port is used, and leaves nothing behind', async () => {
    const dataDir = join(folder, 'other');
    const port = Number(new URL(collector.url).port);
    for (let attempt = 0; attempt < 2; attempt++) {
      const other = startServer({ host: '127.0.0.1', port, dataDir, forward: [] }, quiet);
      await expect(other).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE', message: /port \d+ .* is used/ });
    }
  });
});

describe('the HTTP side', () => {
  it('takes no SQL unless asked to', async () => {
    expect((await get('/sql?query=SELECT%201')).status).toBe(404);
  });

  it('has figures for Prometheus', async () => {
    await collector.ready;
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: 'x' });
    const response = await get('/metrics');
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toMatch(/^sandscope_accepted_spans_total [1-9]/m);
    expect(text).toContain('sandscope_refused_requests_total{status="415",code="ERR_OTLP_MEDIA_TYPE"} 1');
    expect(text).toMatch(/^sandscope_ready 1$/m);
    expect(text).toMatch(/^sandscope_inbox_max_bytes 1073741824$/m);
    for (const name of ['inbox_bytes', 'inbox_free_disk_bytes', 'engine_resident_memory_bytes'])
      expect(text).toMatch(new RegExp(`^sandscope_${name} \\d`, 'm'));
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect((await get('/metrics')).status).toBe(200); // a second scrape too
  });

  it('answers an unknown path with a code', async () => {
    for (const path of ['/nope', '/api/v1/nope', '/v1/traces/more']) {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        code: 'ERR_NOT_FOUND',
        message: expect.any(String) as string,
      });
    }
  });

  it('answers a path it cannot decode with 400', async () => {
    const response = await get('/%E0%A4%A');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'ERR_BAD_PARAMETER' });
  });

  it('serves the page', async () => {
    const response = await get('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });
});

describe('a collector that stops', () => {
  it('ends with open connections and keeps what was acknowledged', async () => {
    const dataDir = join(folder, 'stopping');
    const config = { host: '127.0.0.1', port: 0, dataDir, forward: [] };
    const first = await startServer(config, quiet);
    const idle = connect(Number(new URL(first.url).port), '127.0.0.1');
    await once(idle, 'connect');
    const body = requestBody('kept');
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${first.url}/v1/traces`, { method: 'POST', body, headers })).status).toBe(200);
    await first.stop(); // the engine may still be starting
    idle.destroy();

    const second = await startServer(config, quiet);
    await second.ready;
    await expect.poll(async () => (await second.status()).inbox.pendingRequests, { timeout: 20_000 }).toBe(0);
    const { code } = (await (await fetch(`${second.url}/api/v1/traces/${'0'.repeat(31)}1`)).json()) as {
      code: string;
    };
    expect(code).toBe('ERR_TRACE_NOT_FOUND');
    await second.stop();
  });
});
