import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import type { Collector } from '../server/server.ts';
import { startServer } from '../server/server.ts';

const HOSTILE = [
  "x' OR '1'='1'); DROP TABLE sandscope.otel_traces; --",
  String.raw`\'; {database:Identifier} ${'`'}__proto__${'`'} \0`,
];

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let collector: Collector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-injection-'));
  collector = await startServer({ host: '127.0.0.1', port: 0, dataDir: folder, forward: [] }, quiet);
  await collector.ready;
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: requestBody('span'), headers });
}, 120_000);

afterAll(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

/**
 * Every URL in the API description with one hostile parameter or path part at a time. The texts rotate, so that a
 * parameter of several URLs gets each of them.
 */
async function hostileAddresses(): Promise<string[]> {
  const { paths } = (await (await fetch(`${collector.url}/openapi.json`)).json()) as {
    paths: Record<string, { get?: Operation }>;
  };
  const times = new Map<string, number>();
  return Object.entries(paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? []).map((parameter) => {
      const time = times.get(parameter.name) ?? 0;
      times.set(parameter.name, time + 1);
      const encoded = encodeURIComponent(HOSTILE[time % HOSTILE.length] ?? '');
      const own = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
        name === parameter.name ? encoded : '0'.repeat(32),
      );
      return parameter.in === 'query' ? `${own}?${parameter.name}=${encoded}` : own;
    }),
  );
}

describe('the value of a parameter', () => {
  it('is data in every query, never a part of it', { timeout: 120_000 }, async () => {
    const addresses = await hostileAddresses();
    expect(addresses.length).toBeGreaterThan(50);
    const jaeger = HOSTILE.flatMap((value) => {
      const encoded = encodeURIComponent(value);
      return [
        `/api/services/${encoded}/operations`,
        `/api/traces/${encoded}`,
        `/api/traces?service=${encoded}`,
        `/api/traces?service=x&operation=${encoded}`,
        `/api/v3/operations?service=${encoded}`,
        `/api/v3/traces?query.serviceName=${encoded}`,
      ];
    });
    const answers = new Map<string, number>();
    const queue = [...addresses, ...jaeger];
    const ask = async (): Promise<void> => {
      for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
        const response = await fetch(`${collector.url}${address}`);
        await response.arrayBuffer();
        answers.set(address, response.status);
      }
    };
    await Promise.all(Array.from({ length: 4 }, () => ask()));
    const odd = [...answers].filter(([, status]) => status >= 500);
    expect(odd).toEqual([]);
    await expect
      .poll(async () => (await fetch(`${collector.url}/api/v1/status`)).json())
      .toMatchObject({ ready: true, engine: { restarts: 0 }, inbox: { pendingRequests: 0 } });
    const traceId = createHash('sha256').update('span').digest('hex').slice(0, 32);
    expect((await fetch(`${collector.url}/api/v1/traces/${traceId}`)).status).toBe(200); // the table still exists
  });

  it('is no formula in CSV', async () => {
    const starts = [
      '=',
      '+',
      '-',
      '@',
      '\t=',
      '\r=',
      '\n=',
      ' =',
      '＝',
      '＋',
      '－',
      '＠',
      '\u200B=',
      '\uFEFF@',
      'a\n=',
      'a;=',
      'a\t+',
    ];
    const names = starts.map((start) => `${start}HYPERLINK('http://127.0.0.1:1')`);
    const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
    const spans = names.map((name, index) => ({
      traceId: '5'.repeat(32),
      spanId: String(index + 1).padStart(16, '6'),
      name: 'call',
      kind: 2,
      startTimeUnixNano: String(BigInt(Date.now() - 5000 - index) * 1_000_000n),
      endTimeUnixNano: String(BigInt(Date.now() - 4000) * 1_000_000n),
      attributes: [text('faas.name', name), text('sandscope.sandbox.id', `+${name}`)],
    }));
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${collector.url}/v1/traces`, { method: 'POST', body, headers })).status).toBe(200);
    const csv = async (): Promise<string> =>
      (await fetch(`${collector.url}/api/v1/invocations?format=csv`)).text();
    await expect.poll(csv, { timeout: 20_000 }).toContain('HYPERLINK');
    const answer = await csv();
    expect(answer.match(/HYPERLINK/g)?.length).toBe(2 * names.length);
    // After anything that may end a cell or line for a reading program, only a number may follow.
    expect(answer).not.toMatch(/(?:^|[,;\t\r\n])"?[\s\p{C}]*[=@+＝＋－＠-](?!\d)/mu);
  });
});
