import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAnswer } from '@sandscope/probes/outside';
import type { AnswerFacts } from '@sandscope/probes/outside';

const MAX_BYTES = 64 * 1024;

/** Receives reports from functions whose answers do not reach the caller. */
export interface Callbacks {
  readonly url: string;
  /** The reports so far, by the key that the call carried. */
  readonly reported: ReadonlyMap<string, AnswerFacts>;
  readonly close: () => void;
}

/**
 * Listens for reports of functions: `POST /KEY` with the content of their answer.
 *
 * @param publicUrl where functions reach this machine; default its own loopback
 */
export async function listenForCallbacks(host: string, port: number, publicUrl: string): Promise<Callbacks> {
  const reported = new Map<string, AnswerFacts>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const facts = readAnswer(Buffer.concat(chunks));
      if (facts) reported.set((request.url ?? '/').slice(1), facts);
      response.writeHead(facts ? 204 : 400).end();
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: publicUrl === '' ? `http://127.0.0.1:${actual}` : publicUrl.replace(/\/+$/, ''),
    reported,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
