import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../commands/index.ts';
import { readConfig } from '../config/index.ts';
import type { CollectorConfig, Env } from '../config/index.ts';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import { DEFAULT_KEY_PATTERNS } from '../redact/index.ts';
import { Gate } from './index.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const pem = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url));
const FIRST = 'first-token-0123456789';
const SECOND = 'second-token-0123456789';
const QUERY = 'query-token-0123456789';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function configOf(args: readonly string[], env: Env = {}): CollectorConfig {
  const line = parseCommandLine(['up', ...args], env);
  if (line.kind !== 'run') throw new Error(`this asks for ${line.kind}`);
  return readConfig(line.settings);
}

describe('the options of security', () => {
  it('come from the command line and the environment', () => {
    const args = ['--token-file', '/t', '--cors-origin', 'https://a.example', '--cors-origin', 'http://b:1/'];
    const more = [
      '--tls-cert',
      '/c',
      '--tls-key',
      '/k',
      '--tls-client-ca',
      '/a',
      '--max-connections',
      '9',
      '--redact',
      'ssn$',
    ];
    const config = configOf([...args, ...more], { SANDSCOPE_QUERY_TOKENS: `${FIRST},${SECOND}` });
    expect(config).toMatchObject({
      ingestTokens: { file: '/t' },
      corsOrigins: ['https://a.example', 'http://b:1'],
      tls: { certificate: '/c', key: '/k', clientAuthority: '/a' },
      maxConnections: 9,
      redact: [...DEFAULT_KEY_PATTERNS, 'ssn$'],
    });
    expect(config.queryTokens?.tokens?.map((token) => token.reveal())).toEqual([FIRST, SECOND]);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain(FIRST);
    expect(configOf(['--no-redact']).redact).toEqual([]);
  });

  it.each([
    [['--cors-origin', 'shop.example'], {}, '--cors-origin'],
    [['--cors-origin', 'https://shop.example/path'], {}, '--cors-origin'],
    [['--tls-cert', '/c'], {}, '--tls-key'],
    [['--tls-client-ca', '/c'], {}, '--tls-key'],
    [['--max-connections', '0'], {}, '--max-connections'],
    [['--redact', 'x', '--no-redact'], {}, '--no-redact'],
    [['--redact', '$'], {}, '--redact'],
    [[], { SANDSCOPE_TOKEN: 'short' }, 'SANDSCOPE_TOKEN'],
    [[], { SANDSCOPE_QUERY_TOKENS: `${FIRST} short` }, 'token 2'],
  ])('name what is wrong with %j %j', (args, env, named) => {
    expect(() => configOf(args, env)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(named) as string }),
    );
  });
});

describe('a collector bound wide', () => {
  const warningsOf = (host: string, ...args: string[]): string[] => {
    const gate = new Gate(configOf(args), () => undefined);
    const warnings = gate.warnings(host);
    gate.close();
    return warnings;
  };

  it('warns of what it leaves open, and of tokens in clear text', () => {
    const ingest = ['--token-file', file('ingest', FIRST)];
    const query = ['--query-token-file', file('query', QUERY)];
    const tls = ['--tls-cert', pem('first.pem'), '--tls-key', pem('first.key')];
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'collector.example']) {
      expect(warningsOf(host)).toEqual([expect.stringMatching(/send spans.*and read them/)]);
    }
    expect(warningsOf('0.0.0.0', ...ingest)).toEqual([
      expect.stringMatching(/can read them/),
      expect.stringMatching(/clear text/),
    ]);
    expect(warningsOf('0.0.0.0', ...ingest, ...query)).toEqual([expect.stringMatching(/clear text/)]);
    expect(warningsOf('0.0.0.0', ...ingest, ...query, ...tls)).toEqual([]);
    expect(warningsOf('0.0.0.0', ...tls, '--tls-client-ca', pem('ca.pem'))).toEqual([]);
  });

  it('is not what it is by default', () => {
    expect(configOf([]).host).toBe('127.0.0.1');
    for (const host of ['127.0.0.1', 'localhost', '::1']) expect(warningsOf(host)).toEqual([]);
  });
});

describe('tokens of a running process', () => {
  it('are read again at SIGHUP, and never written to its output or its files', async () => {
    const tokens = file('tokens', FIRST);
    const data = join(folder, 'data');
    const child = spawn(
      process.execPath,
      [MAIN, 'up', '--port', '0', '--data', data, '--token-file', tokens],
      {
        env: { ...process.env, SANDSCOPE_QUERY_TOKEN: QUERY },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = /http:\/\/[^\s/]+/.exec(line)?.[0] ?? '';
    const send = async (
      token: string,
      body: string | Uint8Array<ArrayBuffer> = requestBody('span'),
    ): Promise<number> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      return (await fetch(`${url}/v1/traces`, { method: 'POST', body, headers })).status;
    };
    expect([await send(FIRST), await send(SECOND), await send(FIRST, 'no JSON')]).toEqual([200, 401, 400]);
    for (const token of [QUERY, SECOND]) {
      await fetch(`${url}/api/v1/functions?from=${token}`, { headers: { authorization: `Bearer ${token}` } });
    }
    writeFileSync(tokens, SECOND);
    child.kill('SIGHUP');
    await expect.poll(() => send(SECOND)).toBe(200);
    expect(await send(FIRST)).toBe(401);
    writeFileSync(tokens, '# empty by mistake\n');
    child.kill('SIGHUP');
    await expect.poll(() => output).toContain('the tokens stay as they were');
    expect(await send(SECOND)).toBe(200);
    child.kill('SIGTERM');
    await once(child, 'exit');
    for (const token of [FIRST, SECOND, QUERY]) {
      expect(output).not.toContain(token);
      for (const name of readdirSync(data).filter((entry) => entry.startsWith('inbox'))) {
        expect(readFileSync(join(data, name)).includes(token)).toBe(false);
      }
    }
  });
});
