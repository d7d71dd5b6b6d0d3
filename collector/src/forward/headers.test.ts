import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ForwardHeaders } from './headers.ts';
import { parseHeaderFile, parseHeaderList } from './headers.ts';

const A = 'https://a.example/v1/traces';
const B = 'https://b.example/v1/traces';
const KEY = 'k3y-0123456789';

const revealed = (headers: ForwardHeaders): unknown =>
  Object.fromEntries(
    Object.entries(headers).map(([url, own]) => [
      url,
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value.reveal()])),
    ]),
  );

describe('headers for targets', () => {
  it('come from a file, for all targets or for one', () => {
    const text = `# of the shop\nX-Tenant: shop: one\n\n[https://b.example]\r\nAuthorization: Bearer ${KEY}\r\n`;
    const headers = parseHeaderFile(text, [A, B], 'file');
    expect(revealed(headers)).toEqual({
      [A]: { 'x-tenant': 'shop: one' },
      [B]: { 'x-tenant': 'shop: one', authorization: `Bearer ${KEY}` },
    });
    expect(inspect(headers, { depth: 9 }) + JSON.stringify(headers)).not.toContain(KEY);
  });

  it('come from the environment, as exporters have them', () => {
    const headers = parseHeaderList(`api-key=${KEY},x-note=a%2Cb`, [A], 'VAR');
    expect(revealed(headers)).toEqual({ [A]: { 'api-key': KEY, 'x-note': 'a,b' } });
  });

  it.each([
    ['a line without a colon', () => parseHeaderFile(`x ${KEY}`, [A], 'file')],
    ['an unknown target', () => parseHeaderFile(`[${B}?k=${KEY}]\nx: y`, [A], 'file')],
    ['a header that we set ourselves', () => parseHeaderFile(`Content-Type: ${KEY}`, [A], 'file')],
    ['an invalid name', () => parseHeaderFile(`a b: ${KEY}`, [A], 'file')],
    ['a pair without a name', () => parseHeaderList(`=${KEY}`, [A], 'VAR')],
    ['a value that is not encoded', () => parseHeaderList(`a=%${KEY}`, [A], 'VAR')],
    ['a line break in a value', () => parseHeaderList(`a=b%0d%0a${KEY}`, [A], 'VAR')],
    ['one list for several targets', () => parseHeaderList(`a=${KEY}`, [A, B], 'VAR')],
  ])('are refused with %s, without repeating a key', (_what, parse) => {
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    expect(parse).not.toThrow(KEY);
  });
});
