import { randomUUID } from 'node:crypto';
import { InputError } from '../input.ts';
import { redisRoundTrip } from './redis.ts';

/** Takes a payload to another place and back: `exchangeMs` for both ways, connection included where one is opened. */
export async function exchange(path: string, url: string, bytes: number): Promise<{ exchangeMs: number }> {
  const payload = 'x'.repeat(bytes);
  const began = performance.now();
  if (path === 'function') {
    // Answered with as much as is sent.
    await take(url, 'POST', JSON.stringify({ padding: payload, answerBytes: bytes }));
  } else if (path === 'redis') {
    await redisRoundTrip(url, `probe-${randomUUID()}`, payload);
  } else if (path === 's3') {
    const object = `${url.replace(/\/+$/, '')}/probe-${randomUUID()}`;
    await take(object, 'PUT', payload);
    await take(object, 'GET');
    const exchangeMs = performance.now() - began;
    await take(object, 'DELETE');
    return { exchangeMs };
  } else throw new InputError(`exchange is not function, redis or s3: ${path}`);
  return { exchangeMs: performance.now() - began };
}

async function take(url: string, method: string, body?: string): Promise<void> {
  const response = await fetch(url, { method, ...(body !== undefined && { body }) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${method} was answered ${response.status}`);
}
