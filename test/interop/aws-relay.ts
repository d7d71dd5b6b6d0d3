/** A relay in front of moto that adds what moto lacks: short pages, a busy service, functions that run. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of an AWS client. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  /** From `x-amz-target`; empty for services that use paths. */
  readonly action: string;
  readonly body: Buffer;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Differences from moto. */
export interface Different {
  /** Answered here, or at a URL other than moto's. */
  readonly answer?: (request: AwsRequest) => Promise<AwsAnswer | string | undefined> | AwsAnswer | undefined;
  /** Another body for moto. */
  readonly body?: (request: AwsRequest) => string | undefined;
  /** Another body for the client. */
  readonly answered?: (request: AwsRequest, body: string) => string | undefined;
}

export interface AwsRelay {
  readonly url: string;
  readonly requests: readonly AwsRequest[];
  close(): Promise<void>;
}

const HOP_BY_HOP = new Set(['connection', 'content-length', 'expect', 'host', 'transfer-encoding']);

export async function startAwsRelay(target: string, different: Different): Promise<AwsRelay> {
  const requests: AwsRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const request: AwsRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        action: String(incoming.headers['x-amz-target'] ?? '').replace(/^.*\./, ''),
        body: Buffer.concat(chunks),
      };
      requests.push(request);
      const other = await different.answer?.(request);
      if (typeof other === 'object') {
        outgoing.writeHead(other.status, other.headers).end(other.body);
        return;
      }
      const headers = Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.has(name));
      const body = different.body?.(request) ?? new Uint8Array(request.body);
      const answer = await fetch((other ?? target) + request.path, {
        method: request.method,
        headers: headers.map(([name, value]) => [name, String(value)]),
        ...(request.method !== 'GET' && request.method !== 'DELETE' && { body }),
      });
      const received = Buffer.from(await answer.arrayBuffer());
      const changed = different.answered?.(request, received.toString());
      const passed = [...answer.headers].filter(([name]) => !HOP_BY_HOP.has(name));
      outgoing.writeHead(answer.status, Object.fromEntries(passed)).end(changed ?? received);
    })().catch((error: unknown) => outgoing.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
