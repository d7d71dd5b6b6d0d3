import { randomUUID } from 'node:crypto';
import { InputError } from '../input.ts';
import { openBucket } from '../object-storage.ts';
import { redisRoundTrip } from './redis.ts';

/** Sends a payload to another place and back: `exchangeMs` for both ways, including the set-up of a new connection. */
export async function exchange(path: string, url: string, bytes: number): Promise<{ exchangeMs: number }> {
  const payload = 'x'.repeat(bytes);
  const began = performance.now();
  if (path === 'function') {
    // The answer is as long as the request.
    await post(url, JSON.stringify({ padding: payload, answerBytes: bytes }));
  } else if (path === 'redis') {
    await redisRoundTrip(url, `probe-${randomUUID()}`, payload);
  } else if (path === 's3') {
    const bucket = openBucket(url === '' ? undefined : url);
    const key = `probe-${randomUUID()}`;
    await bucket.put(key, Buffer.from(payload), 'text/plain');
    await bucket.get(key);
    const exchangeMs = performance.now() - began;
    await bucket.delete(key);
    return { exchangeMs };
  } else throw new InputError(`exchange is not function, redis or s3: ${path}`);
  return { exchangeMs: performance.now() - began };
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
