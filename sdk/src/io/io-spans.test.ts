/** A handler's outgoing operations, as spans of its trace. */
import { expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import type { ReceivedSpan } from '../testing/test-collector.ts';
import { ioServers } from './test-io-server.ts';

const servers = ioServers(({ url }, response) => {
  if (url === '/slow') {
    response.write('first');
    setTimeout(() => response.end('last'), 60);
  } else {
    response.writeHead(url === '/missing' ? 404 : 200, { 'content-length': 10 }).end('0123456789');
  }
});

/** Runs `body` in a wrapped handler, in its own process: the span of the invocation, and its child spans. */
async function run(
  name: string,
  body: string,
  env: Record<string, string> = {},
): Promise<{ invocation: ReceivedSpan; children: ReceivedSpan[] }> {
  const program = `
    import { wrap } from 'SDK';
    import dns from 'node:dns/promises';
    import fs from 'node:fs/promises';
    import http from 'node:http';
    const url = 'http://127.0.0.1:${servers.port}';
    const agent = new http.Agent({ keepAlive: true });
    const get = (path, how = {}) => new Promise((resolve, reject) =>
      http.get(url + path, { agent, ...how }, (r) => r.resume().on('end', resolve)).on('error', reject));
    const handler = wrap(async () => { ${body} }, { name: '${name}' });
    await handler();
    agent.destroy();`;
  await using child = await runProgram(program, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: servers.collector.endpoint,
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
      ...env,
    },
  });
  expect(await child.ended, child.stderr()).toEqual({ code: 0, signal: null });
  expect(child.stderr()).toBe('');
  const invocation = servers.collector.spans.find((span) => span.name === name)!;
  const below = ({ parentSpanId, name: of }: ReceivedSpan): boolean =>
    parentSpanId === invocation.spanId && of !== 'sandscope.init';
  return { invocation, children: servers.collector.spans.filter(below) };
}

const lengthMs = ({ startTimeUnixNano, endTimeUnixNano }: ReceivedSpan): number =>
  Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;

test('requests of node:http: peer, status, bytes, and whether the connection was used before', async () => {
  const { invocation, children } = await run('node-http', `await get('/'); await get('/missing');`);
  const requests = children.filter(({ attributes }) => attributes['http.request.method'] === 'GET');
  expect(requests.map(({ name, kind, traceId }) => [name, kind, traceId])).toEqual(
    Array.from({ length: 2 }, () => ['GET', 3, invocation.traceId]),
  );
  expect(requests.map(({ attributes }) => attributes)).toMatchObject([
    {
      'server.address': '127.0.0.1',
      'server.port': String(servers.port),
      'network.peer.address': '127.0.0.1',
      'url.scheme': 'http',
      'http.response.status_code': '200',
      'http.response.body.size': '10',
      'sandscope.io.socket_reused': false,
    },
    { 'http.response.status_code': '404', 'error.type': '404', 'sandscope.io.socket_reused': true },
  ]);
  expect(requests.map(({ status }) => status?.code)).toEqual([undefined, 2]);
  // No query and no path: they may contain private data.
  expect(JSON.stringify(children)).not.toContain('/missing');
  const connects = children.filter(({ name }) => name === 'tcp.connect');
  expect(connects).toHaveLength(1);
  expect(connects[0]!.attributes).toMatchObject({
    'network.peer.address': '127.0.0.1',
    'network.peer.port': String(servers.port),
  });
});

test('requests of fetch, with the time until their body was read', async () => {
  const { invocation, children } = await run(
    'fetching',
    // The first request loads the modules behind fetch.
    `for (const path of ['/', '/slow', '/']) await (await fetch(url + path)).text();`,
  );
  const [, slow, quick] = children.filter(({ name }) => name === 'GET');
  expect(lengthMs(slow!)).toBeGreaterThan(55);
  expect(Number(slow!.attributes['sandscope.io.first_byte_ms'])).toBeLessThan(lengthMs(slow!) - 40);
  expect(quick!.attributes).toMatchObject({
    'server.port': String(servers.port),
    'http.response.body.size': '10',
    'sandscope.io.socket_reused': true,
  });
  for (const child of children) {
    expect(BigInt(child.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(invocation.startTimeUnixNano));
    expect(BigInt(child.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(invocation.endTimeUnixNano));
  }
});

test('a failed operation has an error type, and a lookup has its name', async () => {
  const { children } = await run(
    'failing',
    `await get('/', { host: '127.0.0.1', port: 1 }).catch(() => {}); await dns.lookup('localhost');`,
  );
  const request = children.find(({ name }) => name === 'GET');
  expect(request!.attributes['error.type']).toBe('ECONNREFUSED');
  expect(request!.status?.code).toBe(2);
  const lookup = children.find(({ name }) => name === 'dns.lookup');
  expect(lookup!.attributes['dns.question.name']).toBe('localhost');
});

test('the slowest of many, and none if none are requested', async () => {
  const body = `for (let i = 0; i < 30; i += 1) await get('/'); await get('/slow');`;
  const { invocation, children } = await run('many', body, { SANDSCOPE_IO_SPANS: '4' });
  expect(children).toHaveLength(4);
  expect(Math.max(...children.map(lengthMs))).toBeGreaterThan(55);
  expect(invocation.attributes['sandscope.io.http_count']).toBe('31');
  expect((await run('none', body, { SANDSCOPE_IO_SPANS: '0' })).children).toEqual([]);
});

test('addresses can be left out, names are always included', async () => {
  const body = `await get('/'); await get('/', { hostname: 'localhost' }); await dns.lookup('localhost');`;
  const { invocation, children } = await run('secretive', body, { SANDSCOPE_ADDRESSES: '0' });
  const requests = children.filter(({ name }) => name === 'GET');
  expect(new Set(requests.map(({ attributes }) => attributes['server.address']))).toEqual(
    new Set(['localhost', undefined]),
  );
  const told = [invocation, ...children].map(({ attributes, resource }) =>
    JSON.stringify({ ...attributes, ...resource }),
  );
  for (const text of told)
    expect(text).not.toMatch(
      /127\.0\.0\.1|"(?:host\.(?:ip|mac)|network\.peer\.address|sandscope\.process\.peers)"/,
    );
});

test('concurrent invocations have none, because the owner is unknown', async () => {
  const { children } = await run(
    'nested',
    `await get('/');
     const both = wrap(async () => { await get('/'); }, { name: 'both' }); await Promise.all([both({}), both({})]);`,
  );
  expect(children).toEqual([]);
  const both = new Set(
    servers.collector.spans.filter(({ name }) => name === 'both').map(({ spanId }) => spanId),
  );
  expect(servers.collector.spans.filter(({ parentSpanId = '' }) => both.has(parentSpanId))).toEqual([]);
});

test('slow file operations, if they are timed', async () => {
  const { children } = await run('files', `await fs.writeFile('/dev/null', Buffer.alloc(64e6));`, {
    SANDSCOPE_FS_TIMING: '1',
  });
  for (const one of children) expect(one).toMatchObject({ name: 'fs', kind: 1 });
});
