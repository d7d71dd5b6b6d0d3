import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp2Server, connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { holdEnd } from './hold-end.ts';

/** What a program may do with a response that it has ended, and with its connection. Reports through `say`. */
type Program = (request: IncomingMessage, response: ServerResponse, say: (what: unknown) => void) => void;

/** Calls it and reports the code of the error that it throws. */
function tried(call: () => unknown, say: (what: unknown) => void): void {
  try {
    call();
  } catch (error) {
    say((error as { code?: unknown }).code);
  }
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  'closes the connection': (request, response) => {
    response.end('ok');
    request.socket.destroy();
  },
  'destroys the response, as servers do after a late error': (_request, response) => {
    response.end('ok');
    response.destroy();
  },
  'ends the connection': (request, response) => {
    response.end('ok');
    request.socket.end();
  },
  'changes the status': (_request, response, say) => {
    response.end('ok');
    response.statusCode = 500;
    tried(() => response.writeHead(500), say);
  },
  'changes headers': (_request, response, say) => {
    response.setHeader('x-told', 'once');
    response.end('ok');
    tried(() => response.setHeader('x-told', 'twice'), say);
    tried(() => response.removeHeader('x-told'), say);
  },
  'writes more': (_request, response, say) => {
    response.once('error', (error: NodeJS.ErrnoException) => say(error.code));
    response.end('ok');
    response.write('more');
  },
  'ends it again': (_request, response, say) => {
    response.end('ok', () => say('first'));
    response.end(() => say('second'));
  },
  'looks at it': (_request, response, say) => {
    response.end('ok');
    say([response.headersSent, response.writableEnded, Reflect.get(response, 'finished'), response.writable]);
  },
  'reuses the buffer': (_request, response) => {
    const buffer = Buffer.from('ok');
    response.end(buffer);
    buffer.fill('x');
  },
  'wrote a part before': (_request, response) => {
    response.write('o');
    response.end('k');
  },
};

interface Seen {
  readonly answer: unknown;
  readonly said: readonly unknown[];
}

async function run(program: Program, hold: (response: ServerResponse) => void): Promise<Seen> {
  const said: unknown[] = [];
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  const server = createServer((request, response) => {
    response.once('close', close);
    response.setHeader('connection', 'close');
    hold(response);
    program(request, response, (what) => said.push(what));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await new Promise((resolve, reject) => {
    get({ port: (server.address() as AddressInfo).port, agent: false }, (response) => {
      let text = '';
      response
        .on('data', (chunk: Buffer) => (text += chunk.toString()))
        .once('error', reject)
        .once('end', () => resolve([response.statusCode, response.headers['x-told'], text]));
    }).once('error', reject);
  });
  await closed;
  server.close();
  return { answer, said };
}

/** Holds for some turns of the event loop; reports whether the answer left before that. */
function holding(response: ServerResponse): { early: boolean; over: boolean } {
  const state = { early: false, over: false };
  const held = new Promise<void>((resolve) =>
    setTimeout(() => {
      state.over = true;
      resolve();
    }, 30),
  );
  holdEnd(
    response,
    () => held,
    () => (state.early = true),
  );
  return state;
}

describe('a program that ended its response while that is held back', () => {
  test.each(Object.entries(PROGRAMS))('%s', async (_what, program) => {
    const bare = await run(program, () => undefined);
    expect(bare.answer).toEqual(expect.arrayContaining([200, 'ok']));
    expect(await run(program, holding)).toEqual(bare);
  });

  test('sends its answer early only if it closes the connection itself', async () => {
    const states: { early: boolean; over: boolean }[] = [];
    const hold = (response: ServerResponse): void => void states.push(holding(response));
    await run(PROGRAMS['closes the connection']!, hold);
    await run(PROGRAMS['looks at it']!, hold);
    expect(states).toEqual([
      { early: true, over: expect.any(Boolean) },
      { early: false, over: true },
    ]);
  });
});

test('a response of HTTP/2, whose connection is shared, is held back as well', async () => {
  let state = { early: false, over: false };
  const server = createHttp2Server((_request, response) => {
    state = holding(response as unknown as ServerResponse);
    response.end('ok');
    response.end('again');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  let text = '';
  const stream = client.request({ ':path': '/' });
  await new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.once('end', resolve).once('error', reject);
  });
  client.close();
  server.close();
  expect([text, state]).toEqual(['ok', { early: false, over: true }]);
});
