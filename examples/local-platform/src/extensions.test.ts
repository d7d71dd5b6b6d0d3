import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startTestPlatform } from './test-platform.ts';

/** The steps of a function with an internal extension, reported to a server of the test and delayed by it. */
class Watcher {
  readonly seen: string[] = [];
  readonly #held = new Map<string, () => void>();
  url = '';

  static async start(): Promise<Watcher> {
    const watcher = new Watcher();
    const server = createServer((request, response) => {
      const [, step = '', mode] = (request.url ?? '').split('/');
      watcher.seen.push(step);
      if (mode === 'hold') watcher.#held.set(step, () => response.end());
      else response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    watcher.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return watcher;
  }

  async reached(step: string): Promise<void> {
    await vi.waitFor(() => {
      if (!this.seen.includes(step)) throw new Error(`${step} was not reached, only ${this.seen.join(', ')}`);
    }, 15_000);
  }

  /** Lets a delayed step continue. */
  release(step: string): void {
    this.#held.get(step)?.();
    this.#held.delete(step);
  }
}

/** Registers before the runtime asks for an event, and reports each step; `HOLD` names the steps that wait. */
const EXTENSION = `
import { Agent, request } from 'node:http';
const { AWS_LAMBDA_RUNTIME_API: api, WATCHER, HOLD = '' } = process.env;
const agent = new Agent({ keepAlive: true });
const call = (method, url, headers = {}, body) => new Promise((resolve, reject) => {
  const sent = request(url, { method, headers, agent }, async (response) => {
    let text = '';
    for await (const chunk of response) text += chunk;
    resolve({ status: response.statusCode, headers: response.headers, body: text && JSON.parse(text) });
  });
  sent.on('error', reject).on('socket', (socket) => headers['x-idle'] && socket.unref());
  sent.end(body);
});
const step = (name) => call('GET', WATCHER + '/' + name + (HOLD.split(',').includes(name) ? '/hold' : ''));
const register = (name, events) =>
  call('POST', 'http://' + api + '/2020-01-01/extension/register', { 'lambda-extension-name': name },
    JSON.stringify({ events }));
const next = (id, idle = true) =>
  call('GET', 'http://' + api + '/2020-01-01/extension/event/next', { 'lambda-extension-identifier': id, ...(idle && { 'x-idle': '1' }) });
process.on('SIGTERM', async () => { await step('sigterm'); process.exit(0); });
const registered = await register('inside', ['INVOKE']);
const id = registered.headers['lambda-extension-identifier'];
(async () => {
  await step('before-first-next');
  for (;;) {
    const { body } = await next(id);
    await step(body.eventType + '-' + body.requestId);
    await step('export');
  }
})().catch(() => {});
export const handler = async (event, context) => {
  if (event.late) return (await register('late', [])).body;
  return { requestId: context.awsRequestId };
};
export { register, next, registered };
`;

describe('registration', () => {
  it('accepts INVOKE during init and describes the function; refuses events that internal extensions may not have', async () => {
    const watcher = await Watcher.start();
    const platform = await startTestPlatform(
      {
        it: EXTENSION.replace('export const handler', 'const _unused').concat(`
          const answers = {
            registered, shutdown: await register('s', ['SHUTDOWN']), both: await register('b', ['INVOKE', 'SHUTDOWN']),
            unknown: await register('u', ['DANCE']), again: await register('inside', []), nameless: await register('', []),
            stranger: await next('nobody', false) };
          export const handler = async () => answers;`),
      },
      {},
      { environment: { WATCHER: watcher.url } },
    );
    const refused = (status: number, errorType: string): object => ({ status, body: { errorType } });
    expect((await platform.call('it')).body).toMatchObject({
      registered: {
        status: 200,
        body: { functionName: 'it', functionVersion: '$LATEST', handler: 'index.handler' },
      },
      shutdown: refused(403, 'ShutdownEventNotSupportedForInternalExtension'),
      both: refused(403, 'ShutdownEventNotSupportedForInternalExtension'),
      unknown: refused(403, 'Extension.InvalidEventType'),
      again: refused(403, 'Extension.AlreadyRegistered'),
      nameless: refused(403, 'Extension.InvalidExtensionName'),
      stranger: refused(403, 'Extension.UnknownExtensionIdentifier'),
    });
  });

  it('is closed once the runtime has asked for its first event', async () => {
    const watcher = await Watcher.start();
    const platform = await startTestPlatform(
      { it: EXTENSION },
      {},
      { environment: { WATCHER: watcher.url } },
    );
    expect((await platform.call('it', { late: true })).body).toMatchObject({
      errorType: 'Extension.RegistrationClosed',
    });
  });
});

describe('the phases of an invocation', () => {
  it('ends init only once the extension has asked for its first event too', async () => {
    const watcher = await Watcher.start();
    const environment = { WATCHER: watcher.url, HOLD: 'before-first-next' };
    const platform = await startTestPlatform({ it: EXTENSION }, {}, { environment });
    const call = platform.call('it');
    await watcher.reached('before-first-next');
    expect(platform.status()).toMatchObject([{ state: 'starting', invocations: 0 }]);
    watcher.release('before-first-next');
    const { requestId } = (await call).body as { requestId: string };
    await watcher.reached(`INVOKE-${requestId}`);
  });

  it('answers the caller before the extension has finished, and freezes afterwards', async () => {
    const watcher = await Watcher.start();
    const environment = { WATCHER: watcher.url, HOLD: 'export' };
    const platform = await startTestPlatform({ it: EXTENSION }, {}, { environment, maxConcurrency: 1 });
    expect(await platform.call('it')).toMatchObject({ status: 200, functionError: null });
    await watcher.reached('export');
    expect(platform.status()).toMatchObject([{ state: 'busy', invocations: 1 }]);
    // Answered, but not free: the next event would need another sandbox.
    expect((await platform.call('it')).status).toBe(429);
    watcher.release('export');
    await platform.atRest();
    const names = (await platform.events()).map(({ event }) => event);
    expect(names).toEqual('host deploy birth init_end invoke response freeze'.split(' '));
    const second = platform.call('it');
    await expect.poll(() => watcher.seen.filter((step) => step === 'export')).toHaveLength(2);
    watcher.release('export');
    expect((await second).status).toBe(200);
    await platform.atRest();
    expect(platform.status()).toMatchObject([{ invocations: 2 }]);
  });

  it('resets the sandbox if the extension does not finish within the function’s timeout', async () => {
    const watcher = await Watcher.start();
    const environment = { WATCHER: watcher.url, HOLD: 'export' };
    const platform = await startTestPlatform({ it: EXTENSION }, {}, { environment, timeoutSeconds: 0.5 });
    expect(await platform.call('it')).toMatchObject({ status: 200, functionError: null });
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'down' }]);
    expect(watcher.seen).toContain('sigterm');
    const names = (await platform.events()).map(({ event }) => event);
    expect(names.slice(-3)).toEqual(['response', 'reset', 'death']);
  });

  it('ends the sandbox if its extension reports a fatal error', async () => {
    const platform = await startTestPlatform({
      it: `const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension';
        const { headers } = await fetch(base + '/register', { method: 'POST', body: '{"events":[]}',
          headers: { 'lambda-extension-name': 'x' } });
        await fetch(base + '/init/error', { method: 'POST', headers: {
          'lambda-extension-identifier': headers.get('lambda-extension-identifier'),
          'lambda-extension-function-error-type': 'Extension.Broken' } });
        export const handler = async () => 1;`,
    });
    expect((await platform.call('it')).body).toMatchObject({ errorType: 'Extension.Broken' });
    await expect.poll(() => platform.status()).toEqual([]);
  });
});

describe('the end of a sandbox', () => {
  it('thaws a process with an extension and sends it SIGTERM before it is killed', async () => {
    const watcher = await Watcher.start();
    const platform = await startTestPlatform(
      { it: EXTENSION },
      { idleLimitMillis: 50 },
      { environment: { WATCHER: watcher.url } },
    );
    await platform.call('it');
    await expect.poll(() => platform.status()).toEqual([]);
    expect(watcher.seen).toContain('sigterm');
    expect((await platform.events()).at(-1)).toMatchObject({ event: 'death', exitCode: 0 });
  });

  it('kills it if it exceeds its time limit', async () => {
    const watcher = await Watcher.start();
    const environment = { WATCHER: watcher.url, HOLD: 'sigterm' };
    const platform = await startTestPlatform({ it: EXTENSION }, {}, { environment });
    await platform.call('it');
    await platform.atRest();
    await platform.stop();
    expect(watcher.seen).toContain('sigterm');
    expect((await platform.events()).at(-1)).toMatchObject({ event: 'death', signal: 'SIGKILL' });
  });

  it('sends no SIGTERM to a process without an extension', async () => {
    const watcher = await Watcher.start();
    const platform = await startTestPlatform(
      {
        it: `process.on('SIGTERM', () => fetch(process.env.WATCHER + '/sigterm'));
          export const handler = async () => 1;`,
      },
      {},
      { environment: { WATCHER: watcher.url } },
    );
    await platform.call('it');
    await platform.stop();
    expect(watcher.seen).toEqual([]);
    expect((await platform.events()).at(-1)).toMatchObject({ event: 'death', signal: 'SIGKILL' });
  });
});
