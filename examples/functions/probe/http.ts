// PORT=8080 node http.ts: for Knative, Cloud Run, OpenFaaS and any other platform that runs a server.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { wrapHttp } from '@sandscope/sdk/http';
import { InputError } from '../input.ts';
import { probe } from './probe.ts';

const answer = wrapHttp(async function answer(request: IncomingMessage, response: ServerResponse) {
  try {
    const body = Buffer.concat(await request.toArray()).toString();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await probe(body === '' ? {} : JSON.parse(body))));
  } catch (error) {
    response.statusCode = error instanceof InputError || error instanceof SyntaxError ? 400 : 500;
    response.end(`${(error as Error).message}\n`);
  }
});

const server = createServer((request, response) => void answer(request, response)).listen(
  Number(process.env['PORT'] ?? 8080),
  process.env['HOST'] ?? '127.0.0.1',
  () => {
    process.stdout.write(`listening on ${(server.address() as { port: number }).port}\n`);
  },
);
