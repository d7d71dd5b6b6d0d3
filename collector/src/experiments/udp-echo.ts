import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Returns every datagram to its sender. */
export async function startUdpEcho(
  host: string,
  port = 0,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  socket.bind(port, host);
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => void socket.close() };
}
