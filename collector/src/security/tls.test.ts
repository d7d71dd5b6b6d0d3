import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import type { Collector } from '../server/server.ts';
import { startServer } from '../server/server.ts';

const pem = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url));
const ca = readFileSync(pem('ca.pem'));

let folder: string;
let warnings: string[];
const open: TLSSocket[] = [];
const log = {
  info: () => undefined,
  warn: (message: string) => void warnings.push(message),
  error: () => undefined,
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-tls-'));
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const certificate = (): string => join(folder, 'server.pem');
const key = (): string => join(folder, 'server.key');

function install(name: 'first' | 'second'): void {
  copyFileSync(pem(`${name}.pem`), certificate());
  copyFileSync(pem(`${name}.key`), key());
}

async function start(name: string, clientAuthority?: string): Promise<Collector> {
  warnings = [];
  install('first');
  const tls = { certificate: certificate(), key: key(), ...(clientAuthority && { clientAuthority }) };
  return startServer({ host: '127.0.0.1', port: 0, dataDir: join(folder, name), forward: [], tls }, log);
}

async function dial({ url }: Collector, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca, ...options });
  open.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

const subjectOf = (socket: TLSSocket): string => String(socket.getPeerCertificate().subject.CN);

/** Status line of a response over a kept-alive connection. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString().split('\r\n', 1)[0] ?? '';
}

describe('TLS', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await start('plain');
  });
  afterAll(() => collector.stop());

  it('serves HTTPS, and spans get in', async () => {
    expect(collector.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    const client = request(`${collector.url}/v1/traces`, {
      ca,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    client.end(requestBody('span'));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, '{}']);
  });

  it('speaks 1.2 and 1.3, nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await dial(collector, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(dial(collector, old)).rejects.toThrow(/protocol version|unsupported protocol|alert/);
  });

  it('takes a new certificate when its files change, and open connections go on', async () => {
    const before = await dial(collector);
    expect([subjectOf(before), await ask(before)]).toEqual(['first', 'HTTP/1.1 200 OK']);
    install('second');
    await expect.poll(async () => subjectOf(await dial(collector))).toBe('second');
    expect(await ask(before)).toBe('HTTP/1.1 200 OK');
  });

  it('keeps the certificate it has when the new one cannot be used', async () => {
    install('second');
    collector.reload();
    warnings.length = 0;
    copyFileSync(pem('first.pem'), certificate()); // half of a renewal
    collector.reload();
    expect(warnings[0]).toMatch(/^the certificate stays as it was: /);
    expect(warnings[0]).not.toContain('BEGIN');
    expect(subjectOf(await dial(collector))).toBe('second');
    copyFileSync(pem('first.key'), key());
    collector.reload();
    expect(subjectOf(await dial(collector))).toBe('first');
  });

  it('refuses at the start what is no certificate with its key', async () => {
    const config = { host: '127.0.0.1', port: 0, dataDir: join(folder, 'bad'), forward: [] };
    const withTls = (tls: { certificate: string; key: string }) => startServer({ ...config, tls }, log);
    const wrong = { code: 'ERR_OPTION', message: expect.not.stringContaining('BEGIN') as string };
    await expect(withTls({ certificate: pem('first.pem'), key: pem('second.key') })).rejects.toMatchObject(
      wrong,
    );
    await expect(withTls({ certificate: pem('first.pem'), key: join(folder, 'none') })).rejects.toMatchObject(
      wrong,
    );
    writeFileSync(join(folder, 'empty'), '');
    await expect(
      withTls({ certificate: join(folder, 'empty'), key: pem('first.key') }),
    ).rejects.toMatchObject(wrong);
  });
});

describe('TLS with an authority for clients', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await start('mutual', pem('ca.pem'));
  });
  afterAll(() => collector.stop());

  it('lets in who has a certificate of that authority', async () => {
    const socket = await dial(collector, {
      cert: readFileSync(pem('client.pem')),
      key: readFileSync(pem('client.key')),
    });
    expect(await ask(socket)).toBe('HTTP/1.1 200 OK');
  });

  it('lets nobody else in', async () => {
    const refused = async (): Promise<string> => ask(await dial(collector));
    await expect(refused()).rejects.toThrow(/certificate required|ECONNRESET|handshake failure/);
  });
});
