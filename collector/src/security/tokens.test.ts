import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presentedToken } from './bearer-token.ts';
import { parseTokens, Tokens } from './tokens.ts';

const FIRST = 'first-token-0123456789';
const SECOND = 'second-token-0123456789';

let folder: string;
let file: string;
let warnings: string[];
let open: Tokens[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-tokens-'));
  file = join(folder, 'tokens');
  warnings = [];
  open = [];
});

afterEach(() => {
  for (const tokens of open) tokens.close();
  rmSync(folder, { recursive: true, force: true });
});

function tokensOf(text: string): Tokens {
  writeFileSync(file, text);
  const tokens = new Tokens({ file }, (message) => warnings.push(message));
  open.push(tokens);
  return tokens;
}

describe('tokens', () => {
  it('are read one per line, with comments', () => {
    const tokens = tokensOf(`# who: the shop\n${FIRST}\r\n\n  # ${FIRST}x\n${SECOND}\n`);
    expect([FIRST, SECOND].map((token) => tokens.accepts(token))).toEqual([true, true]);
    for (const wrong of ['', 'x', FIRST.slice(1), `${FIRST}x`, `${FIRST} `, '#', SECOND.toUpperCase()]) {
      expect(tokens.accepts(wrong)).toBe(false);
    }
  });

  it('come from the environment too', () => {
    const tokens = new Tokens(
      { tokens: parseTokens(`${FIRST} ${SECOND}`, 'SANDSCOPE_TOKENS') },
      () => undefined,
    );
    expect([FIRST, SECOND, 'other'].map((token) => tokens.accepts(token))).toEqual([true, true, false]);
  });

  it('are read again when the file changes', async () => {
    const tokens = tokensOf(FIRST);
    writeFileSync(file, SECOND);
    await expect.poll(() => tokens.accepts(SECOND)).toBe(true);
    expect(tokens.accepts(FIRST)).toBe(false);
  });

  it.each([
    ['is empty', ''],
    ['holds a bad token', 'short'],
    ['is gone', undefined],
  ])('stay when the file %s', (_what, text) => {
    const tokens = tokensOf(FIRST);
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
    tokens.reload();
    expect(tokens.accepts(FIRST)).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('the tokens stay as they were')]);
  });

  it.each([['short'], ['a-token-of-männern-0123456'], ['x'.repeat(5000)]])(
    'refuse %j without repeating it',
    (token) => {
      expect(() => tokensOf(token)).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION',
          message: expect.not.stringContaining(token) as string,
        }),
      );
    },
  );

  it('refuse a file that is not there or holds none', () => {
    expect(() => tokensOf('# none yet\n')).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    const missing = { file: join(folder, 'missing') };
    expect(() => new Tokens(missing, () => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    );
  });

  it('never show themselves', () => {
    const [secret] = parseTokens(FIRST, 'x');
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
    ];
    shown.push(inspect(tokensOf(FIRST), { depth: 9, showHidden: true }));
    for (const text of shown) expect(text).not.toContain(FIRST);
    expect(shown[0]).toBe('[REDACTED]');
  });
});

describe('an Authorization header', () => {
  it.each([
    [`Bearer ${FIRST}`, FIRST],
    [`bearer   ${FIRST} `, FIRST],
    [FIRST, FIRST],
    [`Basic ${FIRST}`, undefined],
    ['', undefined],
    [undefined, undefined],
    [`Bearer ${FIRST} ${SECOND}`, undefined],
  ])('%j presents %j', (header, token) => expect(presentedToken(header)).toBe(token));
});
