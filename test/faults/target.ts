import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a forward target fails. */
export type Failing = 'away' | 'busy' | 'hanging' | 'resetting';

/** An OTLP endpoint that can be made to fail in the ways real ones do. */
export interface Target {
  readonly url: string;
  /** How often each span arrived in a request that was answered with 200. */
  readonly received: ReadonlyMap<string, number>;
  /** The failure from now on; undefined to work. */
  fail(how: Failing | undefined): Promise<void>;
  close(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const received = new Map<string, number>();
  let failing: Failing | undefined;

  const answer = (body: string, response: ServerResponse): void => {
    if (failing === 'hanging') return;
    if (failing === 'resetting') {
      response.socket?.resetAndDestroy();
      return;
    }
    if (failing === 'busy') {
      response.writeHead(503, { 'retry-after': '1' }).end();
      return;
    }
    for (const [, id = ''] of body.matchAll(/"spanId":"([0-9a-f]{16})"/g)) {
      received.set(id, (received.get(id) ?? 0) + 1);
    }
    response.end('{}');
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => answer(Buffer.concat(chunks).toString(), response));
      request.on('error', () => undefined);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    received,
    async fail(how) {
      failing = how;
      server.closeAllConnections(); // also those that hang
      if (how === 'away') await close();
      else if (!server.listening) server = await listen(port);
    },
    close,
  };
}
