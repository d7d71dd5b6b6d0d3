import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from '../store/client.ts';
import { readNativeRows } from '../store/trace-rows.fixture.ts';

/** A server that takes inserts like ClickHouse's HTTP interface, and skips a token it has seen. */
export interface EngineStandIn {
  readonly connection: Connection;
  readonly tokens: readonly string[];
  readonly spanNames: readonly string[];
  /** From now on every insert fails with this ClickHouse error code; undefined ends that. */
  failWith(code: number | undefined): void;
  close(): Promise<void>;
}

export async function startEngineStandIn(): Promise<EngineStandIn> {
  const tokens: string[] = [];
  const spanNames: string[] = [];
  let failure: number | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (failure !== undefined) {
        response.writeHead(500, { 'x-clickhouse-exception-code': String(failure) });
        response.end(`Code: ${failure}. DB::Exception: it fails. (FAILURE)`);
        return;
      }
      const query = new URL(request.url ?? '/', 'http://engine').searchParams.get('query') ?? '';
      const token = /insert_deduplication_token='([^']+)'/.exec(query)?.[1];
      if (token !== undefined && !tokens.includes(token)) {
        tokens.push(token);
        spanNames.push(...readNativeRows(Buffer.concat(chunks)).map((row) => row.SpanName));
      }
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    connection: { url, user: 'sandscope', password: 'secret', database: 'sandscope' },
    tokens,
    spanNames,
    failWith: (code) => {
      failure = code;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
