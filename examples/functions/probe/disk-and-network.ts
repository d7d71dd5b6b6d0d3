import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes to the sandbox's disk, flushes it, and reads it back. The read is mostly from the page cache. */
export async function disk(bytes: number): Promise<{ writeMs: number; syncMs: number; readMs: number }> {
  const path = join(tmpdir(), `probe-${randomBytes(6).toString('hex')}`);
  const data = randomBytes(bytes);
  const file = await open(path, 'w+');
  try {
    const began = performance.now();
    await file.write(data, 0, bytes, 0);
    const written = performance.now();
    await file.sync();
    const synced = performance.now();
    await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return { writeMs: written - began, syncMs: synced - written, readMs: performance.now() - synced };
  } finally {
    await file.close();
    await rm(path);
  }
}

/** Connects to the host of a URL, then requests the URL on a new connection. */
export async function network(
  url: string,
): Promise<{ connectMs: number; transferMs: number; receivedBytes: number }> {
  const { hostname, port, protocol } = new URL(url);
  const began = performance.now();
  const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), hostname);
  await once(socket, 'connect');
  const connectMs = performance.now() - began;
  socket.destroy();
  const asked = performance.now();
  const response = await fetch(url);
  const received = await response.arrayBuffer();
  return { connectMs, transferMs: performance.now() - asked, receivedBytes: received.byteLength };
}
