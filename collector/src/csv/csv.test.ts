import { expect, it } from 'vitest';
import { csv } from './csv.ts';

it('writes RFC 4180: commas, quotes and line ends in quotes, and nothing for a missing value', () => {
  expect(csv([['a,b', 'say "x"', 'two\nlines', undefined, -1.5, 7n, true]])).toBe(
    '"a,b","say ""x""","two\nlines",,-1.5,7,true\r\n',
  );
});

it.each(['=', '+', '-', '@', '\t=', '\r=', '\n=', ' =', '＝', '＋', '－', '＠', '\u200B=', 'a\n=', 'a;='])(
  'writes no text beginning with %j as a formula',
  (start) => {
    expect(csv([[`${start}HYPERLINK()`]])).not.toMatch(/(?:^|[,;\t\r\n])"?[\s\p{C}]*[=@+＝＋－＠-](?!\d)/mu);
  },
);
