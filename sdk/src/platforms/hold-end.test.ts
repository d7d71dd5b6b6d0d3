import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { holdEnd } from './hold-end.ts';

async function answer(serve: (response: ServerResponse) => void): Promise<{ status: number; text: string }> {
  const server = createServer((_request, response) => serve(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { status: response.status, text: await response.text() };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a response ends when its promise settles, and looks ended before', async () => {
  const seen: unknown[] = [];
  const got = await answer((response) => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    holdEnd(response, () => held);
    response.statusCode = 201;
    response.write('one, ');
    expect(response.end('two')).toBe(response);
    seen.push(response.headersSent, response.writableEnded, response.writableFinished);
    // A second end does nothing, as in Node.
    response.end();
    response.once('finish', () => seen.push(Object.hasOwn(response, 'end'), response.writableEnded));
    setImmediate(release);
  });
  expect(got).toEqual({ status: 201, text: 'one, two' });
  expect(seen).toEqual([true, true, false, false, true]);
});

test('a response without a promise ends at once', async () => {
  const got = await answer((response) => {
    holdEnd(response, () => undefined);
    response.end('now');
    expect(response.writableEnded).toBe(true);
  });
  expect(got.text).toBe('now');
});

test('an `end` that the program replaced is called, and is restored afterwards', async () => {
  let kept = false;
  const got = await answer((response) => {
    const original = response.end.bind(response);
    const replaced = ((text: string) => original(`${text}, replaced`)) as ServerResponse['end'];
    response.end = replaced;
    holdEnd(response, () => Promise.resolve());
    response.end('ended');
    response.once('finish', () => {
      kept = Reflect.get(response, 'end') === replaced;
    });
  });
  expect([got.text, kept]).toEqual(['ended, replaced', true]);
});
