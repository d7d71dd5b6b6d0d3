import { describe, expect, it } from 'vitest';
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
