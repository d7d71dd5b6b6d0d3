import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections on which nothing arrived for this long since they were opened. Node's limits for headers and
 * requests begin with the first byte, so a silent peer could otherwise occupy every connection.
 */
export function closeSilent(server: Server, patienceMillis: number): void {
  const watch = (socket: Socket): void => {
    const timer = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, patienceMillis);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  };
  // With TLS the first bytes are the handshake, which has its own limit; then the time starts again.
  server.on('connection', watch);
  server.on('secureConnection', watch);
}
