import { describe, expect, test } from 'vitest';
import { ResponseParser } from './http-response.ts';
import type { HttpResponse } from './http-response.ts';

/** Parses `text` in pieces of `size` bytes; returns the result and whether the connection may be used again. */
function parse(text: string, size: number): { response: HttpResponse | undefined; reusable: boolean } {
  const parser = new ResponseParser();
  const bytes = Buffer.from(text, 'latin1');
  // One buffer for all pieces, as in the connection.
  const piece = Buffer.alloc(size);
  let response: HttpResponse | undefined;
  for (let at = 0; at < bytes.length && response === undefined; at += size) {
    response = parser.push(piece.subarray(0, bytes.copy(piece, 0, at, at + size)));
  }
  response ??= parser.end();
  return { response, reusable: parser.reusable };
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe.each([1, 2, 7, 4096])('a response in pieces of %i bytes', (size) => {
  test.each([
    ['with a length', `${OK}Content-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello`, 'hello', true],
    ['without a body', `${OK}content-length: 0\r\n\r\n`, '', true],
    ['204', 'HTTP/1.1 204 No Content\r\nX-A: 1, 2\r\n\r\n', '', true],
    [
      'in chunks',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: 1\r\n\r\n`,
      'hello',
      true,
    ],
    ['until the connection closes', `${OK}\r\nhello`, 'hello', false],
    [
      'that closes the connection',
      `${OK}connection: Close\r\ncontent-length: 5\r\n\r\nhello`,
      'hello',
      false,
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200\r\ncontent-length: 5\r\n\r\nhello', 'hello', false],
    [
      'of HTTP/1.0 with keep-alive',
      'HTTP/1.0 200\r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\nhello',
      'hello',
      true,
    ],
    [
      'after an interim one',
      `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 5\r\n\r\nhello`,
      'hello',
      true,
    ],
    ['with UTF-8', `${OK}content-length: 2\r\n\r\n\xc3\xa4`, 'ä', true],
  ])('%s', (_what, text, body, reusable) => {
    const parsed = parse(text, size);
    expect(parsed.response).toMatchObject({ status: text.includes('204') ? 204 : 200, body });
    expect(parsed.reusable).toBe(reusable);
    expect(parsed.response?.headers['x-a'] ?? '1, 2').toBe('1, 2');
  });

  test.each([
    ['garbage', 'hello\r\n\r\n'],
    ['another protocol', 'HTTP/2 200\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a header without a name', `${OK}: x\r\n\r\n`],
    ['a senseless length', `${OK}content-length: -1\r\n\r\n`],
    ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`],
    ['a chunk that is too long', `${OK}transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n`],
    ['a head without an end', `${OK}x: ${'y'.repeat(20_000)}`],
    ['a chunk line without an end', `${OK}transfer-encoding: chunked\r\n\r\n1;${'y'.repeat(2000)}`],
  ])('is refused: %s', (_what, text) => {
    expect(() => parse(text, size)).toThrow(expect.objectContaining({ name: 'HttpFormatError' }));
  });

  test.each([
    ['in the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in the body', `${OK}content-length: 50\r\n\r\nhello`],
    ['in a chunk', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhe`],
  ])('is incomplete when cut %s', (_what, text) => {
    expect(parse(text, size).response).toBeUndefined();
  });
});

test('keeps 64 KiB of a body and discards the rest', () => {
  const { response, reusable } = parse(`${OK}content-length: 200000\r\n\r\n${'x'.repeat(200_000)}`, 16_384);
  expect(response?.body).toBe('x'.repeat(65_536));
  expect(reusable).toBe(true);
});

test('does not reuse a connection that sent more than one response', () => {
  expect(parse(`${OK}content-length: 1\r\n\r\nabc`, 4096).reusable).toBe(false);
});
