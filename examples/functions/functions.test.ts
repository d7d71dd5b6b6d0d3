import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type PlatformHandle } from '../local-platform/src/platform.ts';

const NAMES = ['add', 'double', 'io', 'burn', 'plain'];

describe('the example functions on the local platform', () => {
  let platform: PlatformHandle;
  /** A fake receiver: accepts everything that the functions send. */
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });

  beforeAll(async () => {
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const port = (receiver.address() as AddressInfo).port;
    platform = await startPlatform({
      collector: `http://127.0.0.1:${port}`,
      functions: NAMES.map((name) => ({ name, source: join(import.meta.dirname, name, 'index.ts') })),
    });
  });

  afterAll(async () => {
    await platform?.stop();
    receiver.close();
    receiver.closeAllConnections();
  });

  async function call(name: string, payload: unknown): Promise<unknown> {
    const response = await fetch(`${platform.url}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      body: JSON.stringify(payload),
    });
    return response.json();
  }

  it('add', async () => {
    expect(await call('add', { a: 2, b: 40 })).toEqual({ result: 42 });
    expect(await (await fetch(`${platform.url}/url/add/?a=2&b=-0.5`)).json()).toEqual({ result: 1.5 });
    const posted = await fetch(`${platform.url}/url/add/`, { method: 'POST', body: '{"a":1,"b":2}' });
    expect(await posted.json()).toEqual({ result: 3 });
    expect(await call('add', { a: 2 })).toMatchObject({
      errorType: 'InputError',
      errorMessage: 'b must be a number, not absent',
    });
    expect((await fetch(`${platform.url}/url/add/?a=two&b=1`)).status).toBe(502);
  });

  it('double', async () => {
    expect(await call('double', { input: 21 })).toEqual({ result: 42 });
    expect(await call('double', [])).toMatchObject({ errorMessage: 'input must be a number, not absent' });
  });

  it('io', async () => {
    expect(await call('io', { kilobytes: 8 })).toMatchObject({
      bytes: 8192,
      status: 200,
      receivedBytes: 5,
      writeMs: expect.any(Number) as number,
      httpMs: expect.any(Number) as number,
    });
    const port = (receiver.address() as AddressInfo).port;
    expect(await call('io', { url: `http://127.0.0.1:${port}/x` })).toMatchObject({ receivedBytes: 2 });
    expect(await call('io', { kilobytes: 0.5 })).toMatchObject({ errorType: 'InputError' });
    expect(await call('io', { url: 'file:///etc/passwd' })).toMatchObject({ errorType: 'InputError' });
  });

  it('burn', async () => {
    const [one, other] = [await call('burn', { rounds: 3 }), await call('burn', { rounds: 3 })] as {
      digest: string;
    }[];
    expect(one).toMatchObject({ rounds: 3, digest: other!.digest });
    const { milliseconds } = (await call('burn', { milliseconds: 5 })) as { milliseconds: number };
    expect(milliseconds).toBeGreaterThanOrEqual(5);
    expect(await call('burn', {})).toMatchObject({ errorMessage: 'send either milliseconds or rounds' });
    expect(await call('burn', { rounds: -1 })).toMatchObject({ errorType: 'InputError' });
  });

  it('plain, which is not wrapped', async () => {
    expect(await call('plain', { x: 1 })).toMatchObject({
      event: { x: 1 },
      pid: expect.any(Number) as number,
    });
  });
});
