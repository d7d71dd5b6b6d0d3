import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections on which nothing came for so long since they were opened: the limits of Node for heads and requests
 * begin with the first byte, and a peer could hold every connection there is by saying nothing.
 */
export function closeSilent(server: Server, patienceMillis: number): void {
  const watch = (socket: Socket): void => {
    const timer = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, patienceMillis);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  };
  // With TLS the first bytes are those of the handshake, which has a limit of its own; then it counts anew.
  server.on('connection', watch);
  server.on('secureConnection', watch);
}
