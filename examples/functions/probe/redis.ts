import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

let connection: { readonly url: string; readonly socket: Socket } | undefined;

/**
 * SET, GET and DEL of a key over a connection that is kept between calls, in Redis' own protocol (RESP): a client
 * library would be most of this function's cold start.
 */
export async function redisRoundTrip(url: string, key: string, value: string): Promise<void> {
  const socket = await connectTo(url);
  expectReply(await ask(socket, ['SET', key, value]), '+OK');
  const got = await ask(socket, ['GET', key]);
  if (!got.startsWith(`$${Buffer.byteLength(value)}\r\n`)) throw new Error('Redis returned another value');
  expectReply(await ask(socket, ['DEL', key]), ':1');
}

async function connectTo(url: string): Promise<Socket> {
  if (connection?.url === url && !connection.socket.destroyed) return connection.socket;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port) || 6379, hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  // A call waits for its own replies; a connection failure between calls shows in the next call.
  socket.on('error', () => {});
  connection = { url, socket };
  return socket;
}

async function ask(socket: Socket, command: readonly string[]): Promise<string> {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  const reply = readReply(socket);
  socket.write(`*${command.length}\r\n${parts.join('')}`);
  return reply;
}

/** One reply: a line, or a string with the length given in its first line. */
function readReply(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let wanted: number | undefined;
    const finish = (): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (wanted === undefined) {
        const text = Buffer.concat(chunks).toString('latin1');
        const end = text.indexOf('\r\n');
        if (end === -1) return;
        const length = Number(text.slice(1, end));
        wanted = text.startsWith('$') && length >= 0 ? end + 2 + length + 2 : end + 2;
      }
      if (bytes < wanted) return;
      finish();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    const onError = (error: Error): void => {
      finish();
      reject(error);
    };
    const onClose = (): void => onError(new Error('Redis closed the connection'));
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}

function expectReply(reply: string, wanted: string): void {
  if (!reply.startsWith(wanted)) throw new Error(`Redis answered ${JSON.stringify(reply.slice(0, 80))}`);
}
