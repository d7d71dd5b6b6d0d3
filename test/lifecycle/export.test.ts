/** Exports from a sandbox that is frozen, with collectors that behave in various ways. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ACCEPT, decode, HANG } from '../../sdk/src/testing/test-collector.ts';
import type { Answer as CollectorAnswer } from '../../sdk/src/testing/test-collector.ts';
import { attribute, startFunction } from '../support/wrapped-function.ts';

const ECHO = 'export const handler = wrap(async (event) => event);';

describe('modes', () => {
  test.each(['extension', 'sync'])('%s: every span has arrived when the sandbox is frozen', async (mode) => {
    const fn = await startFunction(ECHO, { environment: { SANDSCOPE_EXPORT: mode } });
    for (let i = 1; i <= 5; i += 1) {
      expect((await fn.call({ i })).body).toEqual({ i });
      expect(
        fn
          .invocations()
          .map((span) => Number(attribute(span, 'sandbox.ordinal')))
          .at(-1),
      ).toBe(i);
    }
    expect(fn.invocations()).toHaveLength(5);
    expect(fn.platform.status()).toMatchObject([{ invocations: 5 }]);
  });

  test('batch: holds nothing; what was frozen on its way goes on with the next invocation', async () => {
    const fn = await startFunction(ECHO, { environment: { SANDSCOPE_EXPORT: 'batch' } });
    let calls = 0;
    await vi.waitFor(
      async () => {
        calls += 1;
        await fn.call();
        expect(fn.invocations().length).toBeGreaterThan(4);
      },
      { timeout: 60_000 },
    );
    const ordinals = fn.invocations().map((span) => Number(attribute(span, 'sandbox.ordinal')));
    expect(ordinals).toEqual(ordinals.map((_, i) => i + 1));
  });

  test('stdout: one line an invocation in the log of the function', async () => {
    const fn = await startFunction(
      `import { readlinkSync } from 'node:fs';
       export const handler = wrap(async () => readlinkSync('/proc/self/fd/1'));`,
      { environment: { SANDSCOPE_EXPORT: 'stdout' } },
    );
    const { body } = await fn.call();
    await fn.call();
    const lines = (await readFile(String(body), 'utf8')).split('\n').filter((line) => line.startsWith('{'));
    expect(lines.flatMap(decode).map(({ name }) => name)).toEqual(['sandscope.init', 'f', 'f']);
    expect(fn.collector.requests).toHaveLength(0);
  });

  test('extension degrades to sync where the module registers too late', async () => {
    const fn = await startFunction(
      `await new Promise((resolve) => setTimeout(resolve, 20));
       export { later as handler };
       let wrapped;
       const later = async (event, context) => (wrapped ??= wrap(async (e) => e, { name: 'f' }))(event, context);`,
    );
    for (let i = 0; i < 3; i += 1) expect((await fn.call({ i })).body).toEqual({ i });
    expect(fn.invocations()).toHaveLength(3);
  });

  test('gzip, when asked for', async () => {
    const { gunzipSync } = await import('node:zlib');
    const { createServer: createHttp } = await import('node:http');
    const names: string[] = [];
    const server = createHttp((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        expect(request.headers['content-encoding']).toBe('gzip');
        names.push(...decode(gunzipSync(Buffer.concat(chunks)).toString()).map(({ name }) => name));
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => closeServer(server));
    const { port } = server.address() as AddressInfo;
    const fn = await startFunction(ECHO, {
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      },
    });
    await fn.call();
    await fn.call();
    expect(names).toEqual(['sandscope.init', 'f', 'f']);
  });
});

describe('collectors', () => {
  const failures: [string, CollectorAnswer][] = [
    ['429', (response) => response.writeHead(429, { 'retry-after': '0' }).end()],
    ['503', (response) => response.writeHead(503).end('busy')],
    ['garbage instead of HTTP', (response) => response.socket?.end('hello\r\n\r\n')],
    ['a connection cut', (response) => response.socket?.resetAndDestroy()],
    ['no answer', HANG],
  ];
  test.each(failures)(
    '%s: nothing harms the function, and the spans come later, each once',
    async (_what, failure) => {
      const fn = await startFunction(ECHO, { environment: { OTEL_EXPORTER_OTLP_TIMEOUT: '100' } });
      fn.collector.answer = failure;
      for (let i = 0; i < 3; i += 1) expect((await fn.call({ i })).body).toEqual({ i });
      expect(fn.collector.spans).toHaveLength(0);
      fn.collector.answer = ACCEPT;
      // The back-off runs out sooner or later; each of these invocations asks again.
      let calls = 3;
      await vi.waitFor(
        async () => {
          calls += 1;
          await fn.call();
          expect(fn.invocations()).toHaveLength(calls);
        },
        { timeout: 60_000, interval: 100 },
      );
      const ordinals = fn.invocations().map((span) => Number(attribute(span, 'sandbox.ordinal')));
      expect(ordinals).toEqual(Array.from({ length: calls }, (_, i) => i + 1));
      expect(attribute(fn.invocations().at(-1), 'dropped_spans')).toBe('0');
      expect(fn.platform.status()).toHaveLength(1);
    },
  );

  test('a small buffer drops the oldest, counts them, and says so in the next export', async () => {
    const fn = await startFunction(ECHO, { environment: { SANDSCOPE_BUFFER_SPANS: '2' } });
    fn.collector.answer = (response) => response.writeHead(503, { 'retry-after': '1' }).end();
    for (let i = 0; i < 4; i += 1) await fn.call();
    fn.collector.answer = ACCEPT;
    let calls = 4;
    await vi.waitFor(
      async () => {
        calls += 1;
        await fn.call();
        expect(fn.invocations().length).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 200 },
    );
    await fn.call();
    calls += 1;
    const last = fn.invocations().at(-1);
    expect(attribute(last, 'sandbox.ordinal')).toBe(String(calls));
    // All invocations and the init span.
    expect(Number(attribute(last, 'dropped_spans'))).toBe(calls + 1 - fn.collector.spans.length);
  });

  test('a kept connection that died while the sandbox was frozen is replaced', async () => {
    const fn = await startFunction(ECHO);
    const relay = await startRelay(Number(new URL(fn.collector.endpoint).port));
    const through = await startFunction(ECHO, {
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${relay.port}` },
    });
    for (let i = 0; i < 3; i += 1) {
      await through.call();
      // The collector closes it while nothing runs here that could notice.
      relay.cut();
    }
    expect(fn.invocations().map((span) => attribute(span, 'sandbox.ordinal'))).toEqual(['1', '2', '3']);
    expect(relay.connections()).toBe(3);
  });
});

describe('the end of a sandbox', () => {
  test('an evicted sandbox says goodbye with the signal, and leaves nothing in its temp directory', async () => {
    const fn = await startFunction('export const handler = wrap(async () => process.env.TMPDIR);', {
      platform: { idleLimitMillis: 100 },
    });
    const { body } = await fn.platform.call('f');
    const temporary = String(body);
    await fn.collector.until(() => fn.named('sandscope.shutdown').length === 1);
    expect(fn.named('sandscope.shutdown')[0]?.attributes).toMatchObject({
      'sandscope.shutdown.reason': 'sigterm',
      'sandscope.shutdown.last_ordinal': '1',
      'sandscope.sandbox.id': attribute(fn.invocations()[0], 'sandbox.id'),
    });
    await expect.poll(() => fn.platform.status()).toEqual([]);
    const death = (await fn.platform.events()).at(-1);
    // It ends by the signal, as without us, and in time: not by the SIGKILL that follows.
    expect(death).toMatchObject({ event: 'death', signal: 'SIGTERM' });
    await expect(readdir(temporary)).rejects.toThrow('ENOENT');
  });

  test('a collector that hangs does not keep the sandbox from ending by itself', async () => {
    const fn = await startFunction(ECHO, { platform: { idleLimitMillis: 100 } });
    fn.collector.answer = (response) => {
      if (fn.collector.requests.length < 2) ACCEPT(response);
    };
    await fn.platform.call('f');
    await expect.poll(() => fn.platform.status()).toEqual([]);
    expect((await fn.platform.events()).at(-1)).toMatchObject({ event: 'death', signal: 'SIGTERM' });
  });
});

describe('secrets', () => {
  test('nothing of the environment leaves the sandbox but what is known to be harmless', async () => {
    const canary = 'canary-5f0c61';
    const names = [
      ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID', 'DATABASE_URL', 'NPM_TOKEN'],
      ...['__OW_API_KEY', 'WEBSITE_AUTH_ENCRYPTION_KEY', 'GOOGLE_APPLICATION_CREDENTIALS', 'MY_API_KEY'],
      ...['SANDSCOPE_SECRET', 'SANDSCOPE_HOST_ID_', 'OTEL_SECRET', 'POD_SECRET', 'K_SECRET', 'FAAS_PASSWORD'],
      ...['AWS_LAMBDA_SECRET', '_X_AMZN_TRACE_ID_', 'OTEL_RESOURCE_ATTRIBUTE', 'NODE_AUTH', 'service.name'],
    ];
    const fn = await startFunction(
      `export const handler = wrap(async ({ fail }) => { if (fail) process.exit(1); });`,
      {
        environment: {
          ...Object.fromEntries(names.map((name) => [name, canary])),
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${canary}`,
        },
      },
    );
    await fn.call();
    await fn.call({ fail: true });
    await fn.call();
    await fn.platform.stop();
    await fn.collector.until(() => fn.named('sandscope.shutdown').length === 2);
    expect(JSON.stringify(fn.collector.spans)).not.toContain(canary);
    // It is sent only to its intended receiver.
    expect(fn.collector.requests[0]?.headers['authorization']).toBe(`Bearer ${canary}`);
  });
});

async function closeServer(server: {
  close(done: () => void): unknown;
  closeAllConnections(): void;
}): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Forwards bytes to a local port; `cut` closes open connections. */
async function startRelay(port: number): Promise<{ port: number; cut(): void; connections(): number }> {
  const { connect } = await import('node:net');
  const open = new Set<Socket>();
  let count = 0;
  const server: Server = createServer((near) => {
    count += 1;
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, cut, connections: () => count };
}
