import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMessage, toOtlpJson } from '../otlp/trace-proto.fixture.ts';
import type { Collector } from '../server/server.ts';
import { startServer } from '../server/server.ts';
import { DEFAULT_KEY_PATTERNS } from './index.ts';

const SECRET = 'hunter2-hunter2-hunter2';
const KEPT = 'kept-kept-kept-kept-kept';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let target: Server;
let forwarded: Buffer[];
let collector: Collector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-redaction-'));
  forwarded = [];
  target = createServer((request, response) => {
    void buffer(request).then((body) => {
      forwarded.push(body);
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: folder,
      forward: [`http://127.0.0.1:${(target.address() as AddressInfo).port}/v1/traces`],
      redact: [...DEFAULT_KEY_PATTERNS, 'iban'],
    },
    quiet,
  );
  await collector.ready;
});

afterAll(async () => {
  await collector.stop();
  target.close();
  target.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const pair = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

function requestOf(id: number): object {
  const secrets = [
    pair('http.request.header.authorization', SECRET),
    pair('IBAN', SECRET),
    pair('http.route', KEPT),
  ];
  const nested = {
    key: 'headers',
    value: { kvlistValue: { values: [pair('Cookie', SECRET), pair('accept', KEPT)] } },
  };
  const span = {
    traceId: Buffer.alloc(16, id).toString('base64'),
    spanId: Buffer.alloc(8, id).toString('base64'),
    name: 'call',
    startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    attributes: [...secrets, nested],
    events: [{ name: 'event', attributes: secrets }],
    links: [
      {
        traceId: Buffer.alloc(16, 9).toString('base64'),
        spanId: Buffer.alloc(8, 9).toString('base64'),
        attributes: secrets,
      },
    ],
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: secrets },
        scopeSpans: [{ scope: { name: 'scope', attributes: secrets }, spans: [span] }],
      },
    ],
  };
}

describe('secrets in attributes', () => {
  it.each([
    [1, 'application/x-protobuf', (request: object) => encodeMessage('Request', request)],
    [2, 'application/json', (request: object) => toOtlpJson(request)],
  ] as const)(
    'are neither answered, nor forwarded, nor on disk (%i, %s)',
    async (id, contentType, encode) => {
      const body = new Uint8Array(gzipSync(encode(requestOf(id))));
      const headers = { 'content-type': contentType, 'content-encoding': 'gzip' };
      const response = await fetch(`${collector.url}/v1/traces`, { method: 'POST', body, headers });
      expect(response.status).toBe(200);
      const traceId = Buffer.alloc(16, id).toString('hex');
      await expect
        .poll(async () => (await fetch(`${collector.url}/api/v1/traces/${traceId}`)).status, {
          timeout: 20_000,
        })
        .toBe(200);
      const answer = await (await fetch(`${collector.url}/api/v1/traces/${traceId}`)).text();
      expect(answer).not.toContain(SECRET);
      expect(answer.split('[REDACTED]').length - 1).toBe(11); // two per place in five places, and the cookie
      expect(answer.split(KEPT).length - 1).toBe(6);

      await expect.poll(() => forwarded.length, { timeout: 20_000 }).toBe(id);
      const sent = forwarded[id - 1] as Buffer;
      expect([sent.includes(SECRET), sent.includes(KEPT), sent.includes('[REDACTED]')]).toEqual([
        false,
        true,
        true,
      ]);

      const files = readdirSync(folder).filter((name) => name.startsWith('inbox'));
      expect(files).not.toEqual([]);
      for (const name of files) expect(readFileSync(join(folder, name)).includes(SECRET)).toBe(false);
    },
  );
});
