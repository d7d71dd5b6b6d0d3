/** Spans sent by a page of another origin, in a real browser: only a browser can judge CORS. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTokens } from '../../collector/src/security/index.ts';
import { startServer, type Collector } from '../../collector/src/server/server.ts';
import { temporaryFolder } from '../support/stack.ts';
import { Browser, hasBrowser, type Tab } from './chromium.ts';

const TOKEN = 'ingest-token-0123456789';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.skipIf(!hasBrowser())('a page of another origin', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let shop: Server;
  let collector: Collector;
  let browser: Browser;
  let listed: Tab;
  let unlisted: Tab;

  beforeAll(async () => {
    folder = await temporaryFolder();
    shop = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>shop</title>');
    }).listen(0, '127.0.0.1');
    await once(shop, 'listening');
    const { port } = shop.address() as AddressInfo;
    collector = await startServer(
      {
        host: '127.0.0.1',
        port: 0,
        dataDir: folder.path,
        forward: [],
        ingestTokens: { tokens: parseTokens(TOKEN, 'test') },
        corsOrigins: [`http://localhost:${port}`],
      },
      quiet,
    );
    browser = await Browser.start();
    listed = await browser.open(`http://localhost:${port}/`);
    unlisted = await browser.open(`http://127.0.0.1:${port}/`);
  });

  afterAll(async () => {
    await browser?.stop();
    await collector?.stop();
    shop?.close();
    shop?.closeAllConnections();
    await folder?.remove();
  });

  /** What the page's own script can see. */
  async function send(tab: Tab, headers: Record<string, string>, keepalive = false): Promise<unknown> {
    const nanos = (unixMs: number): string => String(BigInt(unixMs) * 1_000_000n);
    const times = { startTimeUnixNano: nanos(Date.now()), endTimeUnixNano: nanos(Date.now() + 1) };
    const span = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'click', ...times };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const request = JSON.stringify({ method: 'POST', headers, body, keepalive });
    return tab.evaluate(`fetch('${collector.url}/v1/traces', ${request})
      .then(async (response) => [response.status, await response.text()], (error) => String(error))`);
  }

  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };

  it('sends if it is listed, even while it is being left', async () => {
    expect(await send(listed, headers)).toEqual([200, '{}']);
    expect(await send(listed, headers, true)).toEqual([200, '{}']);
    const { inbox } = await collector.status();
    expect(inbox.acceptedSpans).toBe(2);
  });

  it('can read why it was refused', async () => {
    const refused = (await send(listed, { 'content-type': 'application/json' })) as [number, string];
    expect([refused[0], refused[1]]).toEqual([401, expect.stringContaining('ERR_UNAUTHENTICATED')]);
    const unread = (await send(listed, { ...headers, 'content-encoding': 'gzip' })) as [number, string];
    expect([unread[0], unread[1]]).toEqual([400, expect.stringContaining('ERR_OTLP_ENCODING')]);
  });

  it('sends nothing when it is not listed', async () => {
    const before = (await collector.status()).inbox.acceptedSpans;
    expect(await send(unlisted, headers)).toBe('TypeError: Failed to fetch');
    expect((await collector.status()).inbox.acceptedSpans).toBe(before);
  });

  it('cannot read data of the collector', async () => {
    for (const path of ['/api/v1/status', '/metrics', '/']) {
      const read = `fetch('${collector.url}${path}').then(({ status }) => status, String)`;
      expect(await listed.evaluate(read)).toBe('TypeError: Failed to fetch');
    }
  });
});
