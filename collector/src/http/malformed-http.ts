import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const OTHERWISE = [400, 'it is not HTTP'] as const;
const REASONS: Readonly<Record<string, readonly [statusCode: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it took too long to arrive'],
  HPE_HEADER_OVERFLOW: [431, 'its head is too large'],
};

/** Answers input that is not a valid HTTP request like any other error, then closes the connection. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [statusCode, reason] = REASONS[error.code ?? ''] ?? OTHERWISE;
  const body = JSON.stringify({ code: 'ERR_HTTP', message: `the request cannot be read: ${reason}` });
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
        `content-type: application/json\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
