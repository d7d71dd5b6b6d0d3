import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { runHandler, runProgram } from '../testing/test-child.ts';
import type { ReceivedSpan } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';
import { ioServers } from './test-io-server.ts';

const servers = ioServers((_request, response) => response.end('x'.repeat(10_000)));

/** Runs `body` in a wrapped handler, in its own process, and returns the span. */
async function spanOf(
  name: string,
  body: string,
  env: Record<string, string> = {},
): Promise<ReceivedSpan['attributes']> {
  const program = `
    import { wrap } from 'SDK';
    import dns from 'node:dns/promises';
    import fs from 'node:fs/promises';
    import http from 'node:http';
    import net from 'node:net';
    const port = ${servers.port};
    const get = (host) => new Promise((resolve, reject) =>
      http.get({ host, port, agent: false }, (r) => r.resume().on('end', resolve)).on('error', reject));
    await wrap(async () => { ${body} }, { name: '${name}' })();`;
  await using child = await runProgram(program, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: servers.collector.endpoint,
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
      ...env,
    },
  });
  expect(await child.ended, child.stderr()).toEqual({ code: 0, signal: null });
  await servers.collector.until((spans) => spans.some((span) => span.name === name), name);
  return servers.collector.spans.find((span) => span.name === name)!.attributes;
}

describe('the I/O of a handler', () => {
  test('lookups, connections and requests are counted and timed, node:http and fetch alike', async () => {
    const span = await spanOf(
      'web',
      'await get("localhost"); await (await fetch(`http://127.0.0.1:${port}/`)).text(); await dns.lookup("localhost");',
    );
    expect(span).toMatchObject({
      'sandscope.io.dns_count': '2',
      'sandscope.io.connect_count': '2',
      'sandscope.io.http_count': '2',
      'sandscope.io.dns_ms': expect.any(Number),
      'sandscope.io.connect_ms': expect.any(Number),
    });
    expect(span['sandscope.io.http_ms']).toBeGreaterThan(0);
  });

  test('a handler without I/O has counts of 0, because it was observed', async () => {
    const span = await spanOf('nothing', '');
    expect(span).toMatchObject({
      'sandscope.io.dns_count': '0',
      'sandscope.io.dns_ms': 0,
      'sandscope.io.connect_count': '0',
      'sandscope.io.http_count': '0',
    });
    expect(span).not.toHaveProperty('sandscope.io.fs_count');
  });

  test('failed requests count, failed lookups and refused connections do not', async () => {
    // A port without a listener: it was in use a moment ago.
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port: closedPort } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const span = await spanOf(
      'failing',
      `await fetch("http://127.0.0.1:${closedPort}/").catch(() => 0);
       await dns.lookup("sandscope.invalid").catch(() => 0);`,
    );
    expect(span).toMatchObject({ 'sandscope.io.http_count': '1', 'sandscope.io.connect_count': '0' });
    expect(span['sandscope.io.dns_count']).toBe('0');
  });

  test('a file operation counts if requested; synchronous ones are not seen', async () => {
    const body =
      'await fs.stat("."); await fs.stat("/none/there").catch(() => 0); (await import("node:fs")).statSync(".");';
    const span = await spanOf('files', body, { SANDSCOPE_FS_TIMING: '1' });
    expect(span['sandscope.io.fs_count']).toBe('2');
    expect(span['sandscope.io.fs_ms']).toBeGreaterThan(0);
  });

  test('Sandscope’s own exports and long poll are not counted, by name or by address', async () => {
    await using api = await startRuntimeApi();
    const endpoint = servers.collector.endpoint.replace('127.0.0.1', 'localhost');
    const program = `import { wrap } from 'SDK'; export const handler = wrap(async () => 1, { name: 'quiet' });`;
    await using child = await runHandler(program, api.address, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
    for (let i = 0; i < 3; i += 1) await api.invoke({});
    await servers.collector.until(
      (spans) => spans.filter(({ name }) => name === 'quiet').length === 3,
      'quiet',
    );
    expect(child.stderr()).toBe('');
    for (const { name, attributes } of servers.collector.spans) {
      if (name !== 'quiet') continue;
      expect(attributes).toMatchObject({
        'sandscope.io.dns_count': '0',
        'sandscope.io.connect_count': '0',
        'sandscope.io.http_count': '0',
      });
    }
  });
});

test('readings after the response are on the span, constant facts on the resource', async () => {
  await spanOf('late', '');
  const span = servers.collector.spans.find(({ name }) => name === 'late')!;
  expect(span.attributes).toHaveProperty('sandscope.tmp.available_bytes');
  expect(span.resource).toHaveProperty('sandscope.tmp.total_bytes');
  expect(Number(span.attributes['sandscope.tmp.used_bytes'])).toBeGreaterThan(0);
});
