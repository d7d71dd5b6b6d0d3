import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import { decodeMessage } from '../otlp/trace-proto.fixture.ts';
import type { Collector } from '../server/server.ts';
import { startServer } from '../server/server.ts';
import { parseTokens } from './tokens.ts';

const INGEST = 'ingest-token-0123456789';
const ROTATED = 'rotated-token-0123456789';
const QUERY = 'query-token-0123456789';
const ORIGIN = 'https://shop.example';
const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';

let folder: string;
let tokenFile: string;
let collector: Collector;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-access-'));
  tokenFile = join(folder, 'tokens');
  writeFileSync(tokenFile, `# the shop\n${INGEST}\n`);
  collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: join(folder, 'data'),
      forward: [],
      ingestTokens: { file: tokenFile },
      queryTokens: { tokens: parseTokens(QUERY, 'test') },
      corsOrigins: [ORIGIN],
      maxConnections: 30,
    },
    quiet,
  );
  await collector.ready;
});

afterAll(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
});

const portOf = (): number => Number(new URL(collector.url).port);
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${collector.url}${path}`, { headers, method });
}

async function post(headers: Record<string, string> = {}): Promise<Response> {
  const body = requestBody('span');
  return fetch(`${collector.url}/v1/traces`, {
    method: 'POST',
    body,
    headers: { 'content-type': JSON_TYPE, ...headers },
  });
}

async function dial(): Promise<Socket> {
  const socket = connect(portOf(), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The status line of the first response to these bytes. */
async function raw(head: string): Promise<string> {
  const socket = await dial();
  socket.write(head);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString().split('\r\n', 1)[0] ?? '';
}

/** Everything that shows data: the routes in the API description, and the others. */
async function guardedPaths(): Promise<string[]> {
  const { paths } = (await (await get('/openapi.json')).json()) as { paths: Record<string, unknown> };
  const described = Object.keys(paths).map((path) =>
    path.replaceAll(/\{\w+\}/g, '0123456789abcdef0123456789abcdef'),
  );
  expect(described).toContain('/api/v1/functions');
  return [
    ...described,
    '/metrics',
    '/api/v3/services',
    '/api/services',
    '/api/dependencies',
    '/nothing/here',
  ];
}

describe('query tokens', () => {
  it('guard every route that shows data, and unknown ones', async () => {
    for (const path of await guardedPaths()) {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sandscope"');
      expect((await get(path, bearer(QUERY))).status).not.toBe(401);
    }
    expect(await (await get('/api/v1/functions')).json()).toMatchObject({ code: 'ERR_UNAUTHENTICATED' });
    expect((await get('/api/v1/status', bearer(QUERY))).status).toBe(200);
  });

  it.each([
    '/',
    '/cold-starts',
    '/f/any/hosts',
    '/trace/any',
    '/docs/',
    '/openapi.json',
    '/healthz',
    '/readyz',
  ])('are not needed for %s, which shows no received data', async (path) =>
    expect((await get(path)).status).toBe(200),
  );

  it('cannot be passed by writing a path another way', async () => {
    const tricks = [
      '//api/v1/functions',
      '/API/v1/functions',
      '/api/v1/functions/',
      '/%61pi/v1/functions',
      '/docs/../api/v1/functions',
      '/docs/..%2fapi/v1/functions',
      '/v1/../api/v1/functions',
      '/v1/%2e%2e/api/v1/functions',
      '/healthz/../metrics',
      '/metrics;x',
      '/metrics?',
      '/metrics#',
      `http://127.0.0.1:${portOf()}/metrics`,
    ];
    for (const path of tricks) {
      expect([path, await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)]).toEqual([
        path,
        expect.stringMatching(/^HTTP\/1.1 4\d\d /),
      ]);
    }
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT']) {
      expect([method, (await get('/api/v1/functions', {}, method)).status]).toEqual([method, 401]);
    }
  });

  it('are not the ingest tokens, nor the other way round', async () => {
    const wrong = await get('/api/v1/functions', bearer(INGEST));
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="sandscope", error="invalid_token"',
    ]);
    expect((await post(bearer(QUERY))).status).toBe(401);
  });

  it('does not let those delete who may read, nor anyone where there is no token for it', async () => {
    const refused = await fetch(`${collector.url}/api/v1/data/function/f`, {
      method: 'DELETE',
      headers: bearer(QUERY),
    });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'ERR_FORBIDDEN' }]);
  });
});

describe('ingest tokens', () => {
  it('let spans in, after the word Bearer or alone', async () => {
    expect((await post(bearer(INGEST))).status).toBe(200);
    expect((await post({ authorization: INGEST })).status).toBe(200);
  });

  it.each([
    ['none', undefined],
    ['an unknown one', 'Bearer unknown-token-0123456789'],
    ['part of one', `Bearer ${INGEST.slice(0, -1)}`],
    ['another scheme', `Basic ${INGEST}`],
  ])('are missed with %s, in the encoding of the request', async (_what, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const json = await post(headers);
    expect([json.status, json.headers.get('content-type')]).toEqual([401, JSON_TYPE]);
    expect(await json.json()).toMatchObject({
      code: 16,
      message: expect.stringMatching(/^ERR_UNAUTHENTICATED/) as string,
    });
    const protobuf = await post({ ...headers, 'content-type': PROTOBUF });
    expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([401, PROTOBUF]);
    expect(decodeMessage('RpcStatus', await protobuf.bytes())).toMatchObject({ code: 16 });
    expect(protobuf.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('are required before any of the body is read', async () => {
    const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 1000000000\r\n\r\n`;
    expect(await raw(head)).toBe('HTTP/1.1 401 Unauthorized');
  });

  it('cut off a sender that continues without one', async () => {
    const socket = await dial();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(`POST /v1/traces HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    const send = (): void => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', send);
    send();
    await closed;
    // The size of the kernel's buffers, plus the small amount that is discarded.
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(32 * 1024 * 1024);
  });

  it('are those of the file as it is now', async () => {
    writeFileSync(tokenFile, `${INGEST}\n${ROTATED}\n`);
    collector.reload();
    expect([(await post(bearer(INGEST))).status, (await post(bearer(ROTATED))).status]).toEqual([200, 200]);
    writeFileSync(tokenFile, ROTATED);
    await expect.poll(async () => (await post(bearer(INGEST))).status).toBe(401);
    expect((await post(bearer(ROTATED))).status).toBe(200);
    writeFileSync(tokenFile, INGEST);
    collector.reload();
  });
});

describe('security headers', () => {
  it('are on every answer', async () => {
    const answers = [
      await get('/'),
      await get('/healthz'),
      await get('/api/v1/functions'),
      await get('/api/v1/functions', bearer(QUERY)),
      await get('/nothing', bearer(QUERY)),
      await get('/docs/'),
      await post(),
    ];
    for (const { url, headers } of answers) {
      expect([url, headers.get('x-content-type-options')]).toEqual([url, 'nosniff']);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      const policy = headers.get('content-security-policy') ?? '';
      // Only the page may load scripts, styles and fonts, and only its own.
      expect(policy).toContain(new URL(url).pathname === '/' ? "default-src 'self'" : "default-src 'none'");
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
    }
    const page = answers[0]?.headers.get('content-security-policy') ?? '';
    expect(page).not.toContain('unsafe');
    const data = answers[3]?.headers.get('content-security-policy');
    expect(data).toBe("default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'");
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string, path = '/v1/traces'): Promise<Response> =>
    get(
      path,
      {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
      'OPTIONS',
    );

  it('may ask whether they may send, without a token', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
  });

  it('can read the answer, also that of a failure', async () => {
    const answers = [
      await post({ origin: ORIGIN, ...bearer(INGEST) }),
      await post({ origin: ORIGIN }),
      await post({ origin: ORIGIN, ...bearer(INGEST), 'content-type': 'text/plain' }),
      await post({ origin: ORIGIN, ...bearer(INGEST), 'content-encoding': 'gzip' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 415, 400]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(headers.get('access-control-expose-headers')).toBe('retry-after');
    }
  });

  it('get nothing when they are not listed, and nothing but OTLP when they are', async () => {
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://shop.example']) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
      expect(
        (await post({ origin, ...bearer(INGEST) })).headers.get('access-control-allow-origin'),
      ).toBeNull();
    }
    for (const path of ['/api/v1/functions', '/metrics', '/']) {
      expect((await preflight(ORIGIN, path)).headers.get('access-control-allow-origin')).toBeNull();
      const { headers } = await get(path, { origin: ORIGIN, ...bearer(QUERY) });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await get('/v1/traces', bearer(INGEST), 'OPTIONS')).status).toBe(405);
  });
});

describe('connections', () => {
  it('are limited, and open ones continue', async () => {
    const first = await dial();
    const others = await Promise.all(Array.from({ length: 60 }, () => dial()));
    await expect.poll(() => others.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(30);
    first.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    const [answer] = (await once(first, 'data')) as [Buffer];
    expect(answer.toString()).toContain('200 OK');
    for (const socket of [first, ...others]) socket.destroy();
    await expect.poll(async () => (await get('/healthz').catch(() => undefined))?.status).toBe(200);
  });
});
