import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startTestPlatform } from './test-platform.ts';

const SLOW = `
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  stream.write('first ');
  await once(process, 'SIGUSR2');
  stream.end('last');
}, { highWaterMark: 1024 });`;

describe('streaming handlers', () => {
  it('forwards the answer while the handler writes it, and freezes once it has ended', async () => {
    const platform = await startTestPlatform({ it: SLOW });
    const chunks: string[] = [];
    const ended = new Promise<unknown>((resolve, reject) => {
      request(`${platform.url}/url/it/`, (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
        response.once('end', () => resolve(response.headers['content-type']));
      })
        .once('error', reject)
        .end();
    });
    await expect.poll(() => chunks).toEqual(['first ']);
    const [sandbox] = platform.status();
    expect(sandbox?.state).toBe('busy');
    process.kill(sandbox?.pid as number, 'SIGUSR2');
    expect(await ended).toBe('text/plain');
    expect(chunks.join('')).toBe('first last');
    await platform.atRest();
    expect(platform.truth().total.invocations).toBe(1);
  });

  it('takes status, headers and cookies from the prelude, over many reuses', async () => {
    const platform = await startTestPlatform({
      it: `export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
        const http = awslambda.HttpResponseStream.from(stream, { statusCode: 207, headers: { 'x-kind': 'test' }, cookies: ['a=1'] });
        http.write(context.awsRequestId.slice(0, 0) + 'body');
        http.end();
      });`,
    });
    for (let i = 0; i < 3; i += 1) {
      const response = await fetch(`${platform.url}/url/it/`);
      expect(response.status).toBe(207);
      expect(response.headers.get('x-kind')).toBe('test');
      expect(response.headers.getSetCookie()).toEqual(['a=1']);
      expect(await response.text()).toBe('body');
      await platform.atRest();
    }
    expect(platform.status()).toMatchObject([{ invocations: 3 }]);
  });

  it('reports a failure before the first byte, and cuts the answer at a later one', async () => {
    const platform = await startTestPlatform({
      it: `export const handler = awslambda.streamifyResponse(async ({ late }, stream) => {
        if (late) { stream.write('part'); await new Promise((resolve) => setTimeout(resolve, 20)); }
        throw new RangeError('no');
      });`,
    });
    expect(await platform.call('it', { late: false })).toMatchObject({
      functionError: 'Unhandled',
      body: { errorType: 'RangeError', errorMessage: 'no' },
    });
    await platform.atRest();
    const cut = await fetch(`${platform.url}/2015-03-31/functions/it/invocations`, {
      method: 'POST',
      body: '{"late":true}',
    });
    expect(await cut.text()).toBe('');
    await platform.atRest();
  });
});
