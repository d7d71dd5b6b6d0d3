import { describe, expect, it } from 'vitest';
import { retryAfterMillis } from './retry-after.ts';
import { forwardTarget } from './target.ts';

describe('a forward target', () => {
  it.each([
    ['http://jaeger:4318', 'http://jaeger:4318/v1/traces'],
    ['http://jaeger:4318/', 'http://jaeger:4318/v1/traces'],
    ['https://host/otlp/v1/traces', 'https://host/otlp/v1/traces'],
  ])('%s is %s', (text, url) => {
    expect(forwardTarget(text)).toBe(url);
  });

  it.each(['jaeger:4318', 'ftp://host', '', 'http://user:secret@host'])('%s is refused', (text) => {
    expect(() => forwardTarget(text)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });

  it('that carries a password is refused without repeating it', () => {
    expect(() => forwardTarget('http://user:secret@host')).not.toThrow(/secret/);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('Fri, 31 Dec 1999 23:59:00 GMT');

  it.each([
    ['5', 5000],
    ['0', 0],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 59_000],
    ['Fri, 31 Dec 1999 23:00:00 GMT', 0],
    ['99999', 300_000],
    ['soon', 0],
    ['', 0],
    [null, 0],
    [undefined, 0],
  ])('%s means %i ms', (header, millis) => {
    expect(retryAfterMillis(header, now)).toBe(millis);
  });
});
