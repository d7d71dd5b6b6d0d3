import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FunctionInput } from './config/function.ts';
import { startTestPlatform, temporaryFolder } from './test-platform.ts';

describe('kinds of handlers', () => {
  it.each([
    ['async', 'export const handler = async (event) => ({ got: event.x });', { got: 7 }],
    ['plain', 'export const handler = (event) => ({ got: event.x });', { got: 7 }],
    ['CommonJS', 'module.exports.handler = async (event) => ({ got: event.x });', { got: 7 }],
    ['nothing returned', 'export const handler = async () => {};', null],
  ])('%s', async (_kind, source, expected) => {
    const platform = await startTestPlatform({ it: source });
    for (let n = 0; n < 2; n += 1) {
      expect(await platform.call('it', { x: 7 })).toEqual({
        status: 200,
        functionError: null,
        body: expected,
      });
      await platform.atRest();
    }
    expect(platform.status()).toHaveLength(1);
  });

  it.each([
    [
      'callback',
      'export const handler = (event, context, callback) => callback(null, { got: event.x });',
      { got: 7 },
    ],
    [
      'callback that waits for the event loop to be empty',
      `export const handler = (event, context, callback) => {
        const result = { late: false };
        callback(null, result);
        setTimeout(() => (result.late = true), 20);
      };`,
      { late: true },
    ],
    [
      'callback that does not wait',
      `export const handler = (event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false;
        setInterval(() => {}, 1000);
        callback(null, 'soon');
      };`,
      'soon',
    ],
    ['callback never called', 'export const handler = (event, context, callback) => {};', null],
    ['context.succeed', 'export const handler = (event, context) => void context.succeed(event.x);', 7],
    [
      'return value in addition to an answer',
      'export const handler = (event, context) => { context.succeed(1); return 2; };',
      1,
    ],
    ['a plain result', 'export const handler = (event) => event.x;', null],
    ['a promise', 'export const handler = async (event) => event.x;', 7],
  ])('where callbacks are known: %s', async (_kind, source, expected) => {
    const platform = await startTestPlatform({ it: source }, {}, { runtimeClient: 3 });
    for (let n = 0; n < 2; n += 1) {
      expect(await platform.call('it', { x: 7 })).toEqual({
        status: 200,
        functionError: null,
        body: expected,
      });
      await platform.atRest();
    }
    expect(platform.status()).toHaveLength(1);
  });

  it('rejects a handler with a callback if there are none', async () => {
    const platform = await startTestPlatform({
      it: 'export const handler = (event, context, callback) => {};',
    });
    expect(await platform.call('it')).toMatchObject({
      functionError: 'Unhandled',
      body: { errorType: 'Runtime.CallbackHandlerDeprecated' },
    });
  });

  it('finds nested exports', async () => {
    const source = 'export const api = { get: async () => "nested" };';
    const platform = await startTestPlatform({ it: source }, {}, { handler: 'main.api.get' });
    expect((await platform.call('it')).body).toBe('nested');
  });

  it('gives the handler the same environment and context as Lambda', async () => {
    const platform = await startTestPlatform(
      {
        it: `import { tmpdir } from 'node:os';
          export const handler = async (event, context) => ({ event, context: { ...context },
            remainingMs: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID, env: process.env,
            cwd: process.cwd(), tmp: tmpdir() });`,
      },
      { collector: 'http://127.0.0.1:4318/' },
      { memoryMb: 512, timeoutSeconds: 5, environment: { COLOUR: 'blue' } },
    );
    const { body } = await platform.call('it', { x: 1 });
    const seen = body as Record<string, never> & { env: Record<string, string>; remainingMs: number };
    expect(seen).toMatchObject({
      event: { x: 1 },
      context: {
        functionName: 'it',
        functionVersion: '$LATEST',
        memoryLimitInMB: '512',
        invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:it',
        logGroupName: '/aws/lambda/it',
        awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      },
      trace: expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24};Parent=[\da-f]{16};Sampled=0$/) as string,
      env: {
        COLOUR: 'blue',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_REGION: 'local',
        SANDSCOPE_HOST_ID: 'host-1',
      },
    });
    expect(seen.remainingMs).toBeGreaterThan(0);
    expect(seen.remainingMs).toBeLessThanOrEqual(5000);
    expect(seen['cwd']).toBe(seen.env['LAMBDA_TASK_ROOT']);
    expect(seen['tmp']).toBe(seen.env['TMPDIR']);
    expect(seen.env).not.toHaveProperty('AWS_EXECUTION_ENV');
    expect(seen.env).not.toHaveProperty('HOME');
  });
});

describe('errors', () => {
  it.each([
    ['thrown', 'export const handler = () => { throw new TypeError("no"); };', 'TypeError', 'no'],
    ['rejected', 'export const handler = async () => { throw new RangeError("no"); };', 'RangeError', 'no'],
    ['not an error', 'export const handler = async () => { throw "no"; };', 'string', 'no'],
    [
      'not JSON',
      'export const handler = async () => 1n;',
      'Runtime.MarshalError',
      'Unable to stringify response body',
    ],
  ])('reports a value that was %s, and keeps the sandbox', async (_kind, source, errorType, errorMessage) => {
    const platform = await startTestPlatform({ it: source });
    for (let n = 0; n < 2; n += 1) {
      const answer = await platform.call('it');
      expect(answer).toMatchObject({
        status: 200,
        functionError: 'Unhandled',
        body: { errorType, errorMessage },
      });
      await platform.atRest();
    }
    expect(platform.status()).toMatchObject([{ invocations: 2 }]);
    expect(await platform.events()).toContainEqual(
      expect.objectContaining({ event: 'response', error: errorType }),
    );
  });

  it.each([
    [
      'an uncaught exception',
      'export const handler = () => new Promise(() => setImmediate(() => { throw new Error("late"); }));',
      'Error',
      'late',
    ],
    [
      'an unhandled rejection',
      'export const handler = async () => { void Promise.reject(new Error("lost")); await new Promise(setImmediate); };',
      'Runtime.UnhandledPromiseRejection',
      'lost',
    ],
    [
      'a promise that cannot settle',
      'export const handler = () => new Promise(() => {});',
      'Runtime.NodeJsExit',
      'The handler waits for something that cannot come.',
    ],
    ['an exit', 'export const handler = () => process.exit(3);', 'Runtime.ExitError', /exit status 3$/],
    [
      'a kill',
      'export const handler = () => process.kill(process.pid, "SIGKILL");',
      'Runtime.ExitError',
      /signal: SIGKILL$/,
    ],
  ])('reports %s, and starts a new process', async (_kind, source, errorType, message) => {
    const platform = await startTestPlatform({ it: source });
    for (let n = 0; n < 2; n += 1) {
      const answer = await platform.call('it');
      expect(answer).toMatchObject({ functionError: 'Unhandled', body: { errorType } });
      expect((answer.body as { errorMessage: string }).errorMessage).toMatch(message);
      await expect.poll(() => platform.status()).toMatchObject([{ state: 'down' }]);
    }
    expect(platform.truth().total).toMatchObject({ invocations: 2, sandboxes: 1, evicted: 0 });
    const births = (await platform.events()).filter(({ event }) => event === 'birth' || event === 'restart');
    expect(births.map(({ event }) => event)).toEqual(['birth', 'restart']);
  });

  it('ends the sandbox together with its process, if configured', async () => {
    const source = 'export const handler = () => process.exit(3);';
    const platform = await startTestPlatform({ it: source }, {}, { onFailure: 'replace' });
    expect(await platform.call('it')).toMatchObject({ body: { errorType: 'Runtime.ExitError' } });
    await expect.poll(() => platform.status()).toEqual([]);
    expect(platform.truth().total).toMatchObject({ invocations: 1, sandboxes: 1, evicted: 0 });
  });

  it.each([
    ['a module that throws', 'throw new SyntaxError("broken");', 'SyntaxError', 'broken'],
    ['a missing export', 'export const other = 1;', 'Runtime.HandlerNotFound', /not exported/],
    ['an exit at load', 'process.exit(5);', 'Runtime.ExitError', /exit status 5$/],
  ])('reports %s as a failed init without a delivery', async (_kind, source, errorType, message) => {
    const platform = await startTestPlatform({ it: source });
    const answer = await platform.call('it');
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled', body: { errorType } });
    expect((answer.body as { errorMessage: string }).errorMessage).toMatch(message);
    await expect.poll(() => platform.status()).toEqual([]);
    expect(platform.truth().total).toMatchObject({ invocations: 0, sandboxes: 0 });
  });

  it.each([
    ['restart', 1],
    ['replace', 2],
  ] as const)('resets a sandbox whose handler takes too long: %s', async (onFailure, sandboxes) => {
    const source = `let n = 0;
      export const handler = async ({ forever }) => { n += 1; if (forever) for (;;); return n; };`;
    const platform = await startTestPlatform({ it: source }, {}, { timeoutSeconds: 0.5, onFailure });
    expect((await platform.call('it')).body).toBe(1);
    await platform.atRest();
    expect(await platform.call('it', { forever: true })).toMatchObject({
      functionError: 'Unhandled',
      body: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/Task timed out after 0\.50 seconds$/) as string,
      },
    });
    // The caller is answered while the process is still being ended.
    await platform.atRest();
    expect((await platform.call('it')).body).toBe(1);
    expect(await platform.events()).toContainEqual(
      expect.objectContaining({ event: 'reset', reason: 'timeout' }),
    );
    expect(platform.truth().total).toMatchObject({ invocations: 3, cold: sandboxes, sandboxes, evicted: 0 });
  });
});

describe('calls', () => {
  const ECHO = { it: 'export const handler = async (event) => event;' };

  it('answers 404 for an unknown function, 400 for invalid JSON, 413 for too large a request', async () => {
    const platform = await startTestPlatform(ECHO);
    const post = async (name: string, body: string): Promise<[number, string | null]> => {
      const response = await fetch(`${platform.url}/2015-03-31/functions/${name}/invocations`, {
        method: 'POST',
        body,
      });
      await response.text();
      return [response.status, response.headers.get('x-amzn-errortype')];
    };
    expect(await post('other', '{}')).toEqual([404, 'ResourceNotFoundException']);
    expect(await post('it', '{')).toEqual([400, 'InvalidRequestContentException']);
    expect(await post('it', JSON.stringify('x'.repeat(7e6)))).toEqual([413, 'RequestTooLargeException']);
    expect((await fetch(`${platform.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${platform.url}/healthz`)).status).toBe(200);
    expect(platform.truth().total.invocations).toBe(0);
  });

  it('accepts an asynchronous call', async () => {
    const platform = await startTestPlatform(ECHO);
    const response = await fetch(`${platform.url}/2015-03-31/functions/it/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'Event' },
    });
    expect(response.status).toBe(202);
    await expect.poll(() => platform.truth().total.invocations).toBe(1);
  });

  it('passes the trace header on', async () => {
    const source = 'export const handler = async () => process.env._X_AMZN_TRACE_ID;';
    const platform = await startTestPlatform({ it: source });
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const response = await fetch(`${platform.url}/2015-03-31/functions/it/invocations`, {
      method: 'POST',
      headers: { 'x-amzn-trace-id': trace },
    });
    expect(await response.json()).toBe(trace);
  });

  it('turns an HTTP request into an event and the answer into a response', async () => {
    const platform = await startTestPlatform({
      it: `export const handler = async (event) => ({ statusCode: 201, headers: { 'X-Kind': 'test' },
        cookies: ['a=1', 'b=2'], body: JSON.stringify(event) });`,
    });
    const response = await fetch(`${platform.url}/url/it/some/path?x=1&x=2`, {
      method: 'PUT',
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'X-Mixed': 'Case' },
      body: 'hello',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-kind')).toBe('test');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toMatchObject({
      version: '2.0',
      rawPath: '/some/path',
      rawQueryString: 'x=1&x=2',
      queryStringParameters: { x: '1,2' },
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x-mixed': 'Case' },
      requestContext: { http: { method: 'PUT', path: '/some/path' } },
      body: 'hello',
      isBase64Encoded: false,
    });
  });

  it('sends bytes as base64 both ways, anything else as JSON, and an error as 502', async () => {
    const platform = await startTestPlatform({
      bytes: `export const handler = async ({ body, isBase64Encoded }) => ({ statusCode: 200, isBase64Encoded,
        headers: { 'content-type': 'image/png' }, body });`,
      json: 'export const handler = async () => ({ fine: true });',
      bad: 'export const handler = async () => { throw new Error("broken"); };',
    });
    const bytes = Buffer.from([0, 255, 128, 7]);
    const url = (name: string): string => `${platform.url}/url/${name}`;
    const image = await fetch(url('bytes'), {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: bytes,
    });
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await image.arrayBuffer())).toEqual(bytes);
    expect(await (await fetch(url('json'))).json()).toEqual({ fine: true });
    const bad = await fetch(url('bad'));
    expect(bad.status).toBe(502);
    expect(await bad.json()).toMatchObject({ errorMessage: 'broken' });
  });
});

describe('packages of a function', () => {
  async function functionWithPackage(fields: Partial<FunctionInput>): Promise<unknown> {
    const folder = await temporaryFolder();
    const installed = join(folder, 'node_modules', 'old');
    await mkdir(installed, { recursive: true });
    await writeFile(
      join(installed, 'index.js'),
      `module.exports = [require('node:os').EOL, typeof __dirname === 'string' ? __dirname : ''];`,
    );
    const source = join(folder, 'it.mjs');
    await writeFile(source, `import old from 'old'; export const handler = async () => old;`);
    const platform = await startTestPlatform({}, { functions: [{ name: 'it', source, ...fields }] });
    const [endOfLine, where] = (await platform.call('it')).body as [string, string];
    expect(endOfLine).toBe('\n');
    return where === installed ? 'where it is installed' : 'in the bundle';
  }

  it('in CommonJS can require modules of Node.js', async () => {
    expect(await functionWithPackage({})).toBe('in the bundle');
  });

  it('that are external are loaded from where they are installed', async () => {
    expect(await functionWithPackage({ external: ['old'] })).toBe('where it is installed');
  });
});
