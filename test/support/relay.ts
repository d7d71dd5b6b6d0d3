import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span named in a request that the collector acknowledged. */
export interface AcknowledgedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
}

/**
 * A transparent HTTP relay in front of the collector that records which spans it acknowledged: from the senders' view,
 * these must never be lost. Reads OTLP/JSON, which the SDK sends.
 */
export interface Relay {
  readonly url: string;
  readonly acknowledged: readonly AcknowledgedSpan[];
  /** Requests without an answer, or with a status other than 200. */
  readonly unacknowledged: number;
  close(): Promise<void>;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface TraceRequest {
  resourceSpans?: { scopeSpans?: { spans?: { traceId: string; spanId: string; name: string }[] }[] }[];
}

function spansOf(body: Buffer): AcknowledgedSpan[] {
  const { resourceSpans = [] } = JSON.parse(body.toString('utf8')) as TraceRequest;
  return resourceSpans
    .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans))
    .map(({ traceId, spanId, name }) => ({ traceId, spanId, name }));
}

export async function startRelay(target: string): Promise<Relay> {
  const acknowledged: AcknowledgedSpan[] = [];
  let unacknowledged = 0;
  const { hostname, port } = new URL(target);

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await readAll(incoming);
      const upstream = request({
        hostname,
        port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
        agent: false,
      });
      upstream.end(body);
      const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
      const answerBody = await readAll(answer);
      // Record it before passing the answer on: whatever happens to the sender now, the collector has promised it.
      if (answer.statusCode === 200 && incoming.url === '/v1/traces') acknowledged.push(...spansOf(body));
      else unacknowledged += 1;
      outgoing.writeHead(answer.statusCode!, answer.headers);
      outgoing.end(answerBody);
    })().catch(() => {
      unacknowledged += 1;
      outgoing.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acknowledged,
    get unacknowledged() {
      return unacknowledged;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
