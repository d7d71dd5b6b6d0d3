import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceHeaders, wrap } from '@sandscope/sdk';
import { InputError, readInput } from '../input.ts';

const MAX_KILOBYTES = 16_384;

/** Writes to the sandbox's disk, flushes it, and reads it back. */
async function disk(bytes: number): Promise<{ writeMs: number; readMs: number }> {
  const path = join(tmpdir(), `io-${randomBytes(6).toString('hex')}`);
  const data = randomBytes(bytes);
  const file = await open(path, 'w+');
  try {
    const began = performance.now();
    await file.write(data);
    await file.sync();
    const written = performance.now();
    const { bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    if (bytesRead !== bytes) throw new Error(`read ${bytesRead} of ${bytes} bytes`);
    return { writeMs: written - began, readMs: performance.now() - written };
  } finally {
    await file.close();
    await rm(path);
  }
}

let ownUrl: string | undefined;

/** The server to request if no other is given; started once per sandbox. */
async function ownServer(): Promise<string> {
  if (ownUrl === undefined) {
    const server = createServer((_request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    ownUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  return ownUrl;
}

async function http(url: string): Promise<{ status: number; receivedBytes: number; httpMs: number }> {
  const began = performance.now();
  // The target may be another function: its invocation then joins this trace.
  const response = await fetch(url, { headers: traceHeaders() });
  const receivedBytes = (await response.arrayBuffer()).byteLength;
  return { status: response.status, receivedBytes, httpMs: performance.now() - began };
}

/**
 * Disk and network: takes `{"kilobytes": 64, "url": "http://…"}`, both optional. Without `url` it requests
 * `TARGET_URL`, or, if that is not set, a server that it starts itself.
 */
async function io(event: unknown) {
  const { kilobytes = 64, url } = readInput(event, { kilobytes: 'number?', url: 'string?' });
  if (!Number.isInteger(kilobytes) || kilobytes < 1 || kilobytes > MAX_KILOBYTES)
    throw new InputError(`kilobytes must be a whole number from 1 to ${MAX_KILOBYTES}, not ${kilobytes}`);
  const target = url ?? process.env['TARGET_URL'] ?? (await ownServer());
  if (!/^https?:\/\//.test(target)) throw new InputError(`url must be an http or https URL, not ${target}`);
  return { bytes: kilobytes * 1024, ...(await disk(kilobytes * 1024)), url: target, ...(await http(target)) };
}

export const handler = wrap(io);
