import { wrap } from '@sandscope/sdk';
import { InputError, readInput } from '../input.ts';
import { openBucket } from '../object-storage.ts';

const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Fetches a URL and stores the content in a bucket, like SeBS' `uploader`: waits for the network, uses hardly any CPU.
 * Takes `{"url": "https://…", "key": "name"}`.
 */
async function uploader(event: unknown) {
  const { url, key } = readInput(event, { url: 'string', key: 'string' });
  if (!/^https?:\/\//.test(url)) throw new InputError(`url must be an http or https URL, not ${url}`);
  const storage = openBucket();
  const began = performance.now();
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  if (Number(response.headers.get('content-length')) > MAX_BYTES)
    throw new InputError(`${url} is larger than ${MAX_BYTES} bytes`);
  const body = Buffer.from(await response.arrayBuffer());
  const downloaded = performance.now();
  await storage.put(key, body, response.headers.get('content-type') ?? 'application/octet-stream');
  return {
    key,
    bytes: body.length,
    downloadMs: downloaded - began,
    uploadMs: performance.now() - downloaded,
  };
}

export const handler = wrap(uploader);
