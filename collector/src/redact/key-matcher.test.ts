import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import * as semconv from '../../../probes/src/semconv.ts';
import { createRedact, DEFAULT_KEY_PATTERNS, KeyMatcher } from './index.ts';
import { keySource } from './known-keys.ts';

const matcher = new KeyMatcher(DEFAULT_KEY_PATTERNS);

it.each([
  'authorization',
  'http.request.header.authorization',
  'Proxy-Authorization',
  'http.request.header.cookie',
  'set-cookie',
  'db.password',
  'PASSWD',
  'clientSecret',
  'x-api-key',
  'apiKey',
  'API_KEY',
  'aws.access_key.id',
  'private key',
  'access_token',
  'db.connection_string',
  'DB_PWD',
  'user.jwt',
  'jwt.claims',
  'bearer',
  'url.query.sig',
  'tokens',
  'session.refreshTokens',
  'secret_input_tokens',
])('%s is secret', (key) => expect(matcher.test(key)).toBe(true));

it.each([
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.request.max_tokens',
  'llm.usage.totalTokens',
  'design.signal',
  'token.count',
  'http.route',
  'author',
  'k',
  '',
  'keyboard',
  'ｔｏｋｅｎ',
  'user.id',
])('%j is not', (key) => expect(matcher.test(key)).toBe(false));

it('treats none of our own attributes as secret', () => {
  const names = Object.entries(semconv).flatMap(([constant, name]) =>
    constant.startsWith('ATTR_') && typeof name === 'string' ? [name] : [],
  );
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => matcher.test(name))).toEqual([]);
});

it('anchors patterns to the start and the end', () => {
  const tied = new KeyMatcher(['^session', 'ssn$', '^pin$', 'größe']);
  const secret = ['session.id', 'user-SSN', 'pin', 'P.I.N', 'x.größe'];
  const open = ['my.session', 'ssn.hash', 'pins', 'spin', 'ss'];
  expect([...secret, ...open].filter((key) => tied.test(key))).toEqual(secret);
});

it('gives repeated keys the same answer, and similar keys their own', () => {
  const keys = Array.from({ length: 5000 }, (_, index) => `some.key.${index % 7}.${index}`);
  for (const key of [...keys, ...keys]) expect(matcher.test(key)).toBe(false);
  expect(matcher.test('some.key.password')).toBe(true);
  expect(matcher.test('some.key.passwort')).toBe(false);
  expect(matcher.test('some.key.password')).toBe(true);
});

it('gives the answer of a fresh matcher, whatever keys it has seen', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'api.key',
      'api.kez',
      'session_token',
      'session_tokem',
      'a',
      'ab',
      'abc',
      'abcd',
      'abcde',
    ),
    fc.string({ maxLength: 70, unit: fc.constantFrom('a', 'k', 'token', '.', '\0', 'é') }),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 30 }), (names) => {
      const shared = new KeyMatcher(DEFAULT_KEY_PATTERNS);
      // Twice, so that each key and its position are known the second time.
      const keys = [...names, ...names].map((text) => Buffer.from(text));
      const text = new Uint8Array(
        Buffer.concat(keys.map((bytes) => Buffer.concat([bytes, Buffer.from('"')]))),
      );
      const source = keySource(text);
      let at = 0;
      for (const bytes of keys) {
        const to = at + bytes.length;
        const isSecret = new KeyMatcher(DEFAULT_KEY_PATTERNS).test(bytes.toString());
        const known = shared.endOfKnown(source, at, 0x22);
        expect([-1, ...(isSecret ? [] : [to])]).toContain(known);
        expect(known < 0 && shared.testBytes(source, at, to)).toBe(isSecret);
        at = to + 1;
      }
    }),
    { numRuns: 200 },
  );
});

it.each(['', '^', '-_.', 'x'.repeat(101)])('refuses the pattern %j', (pattern) => {
  expect(() => createRedact([pattern])).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
});
