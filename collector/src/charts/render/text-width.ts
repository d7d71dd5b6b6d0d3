/** Widths of ASCII characters from the space on, in hundredths of the font size: Inter 4.1, regular and semibold. */
const REGULAR = widths(
  '28 29 47 63 64 98 64 30 36 36 50 66 29 46 29 36 63 41 61 62 65 59 62 57 62 62 29 30 66 66 66 51 97 69 65 73 72 60 59 75 ' +
    '74 27 57 67 57 90 75 76 64 76 64 64 65 74 69 99 68 68 63 36 36 36 47 46 32 56 61 57 61 58 37 61 59 24 24 55 24 88 59 60 ' +
    '61 61 38 53 33 59 56 82 55 56 55 43 33 43 66',
);
const SEMIBOLD = widths(
  '25 32 52 64 65 100 66 33 37 37 54 67 32 47 32 38 66 42 62 64 67 61 64 58 64 64 32 33 67 67 67 54 100 73 66 74 72 61 59 75 ' +
    '75 28 58 70 57 92 76 77 65 77 65 65 66 74 73 102 72 71 65 37 38 37 48 47 35 57 62 58 62 59 39 63 61 26 26 57 26 90 61 61 ' +
    '62 62 40 55 35 61 59 84 57 59 57 45 36 45 67',
);

function widths(text: string): readonly number[] {
  return text.split(' ').map(Number);
}

/** Scripts with square characters. */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]|\p{Extended_Pictographic}/u;

/**
 * The approximate width of a text in pixels: exact except for kerning for ASCII, by rule of thumb otherwise.
 *
 * @param size of the font, in pixels
 */
export function textWidth(text: string, size: number, isBold = false): number {
  const table = isBold ? SEMIBOLD : REGULAR;
  let hundredths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    hundredths += table[code - 32] ?? (code === 0xa0 ? 28 : WIDE.test(character) ? 100 : 66);
  }
  return (hundredths * size) / 100;
}

/** Lines of at most this many pixels. A word longer than a line is cut. */
export function wrap(text: string, most: number, size: number, isBold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer, size, isBold) <= most) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cut(word, most, size, isBold);
  }
  return line === '' ? lines : [...lines, line];
}

/** The text, or its beginning and an ellipsis, in at most this many pixels. */
export function cut(text: string, most: number, size: number, isBold = false): string {
  if (textWidth(text, size, isBold) <= most) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size, isBold) > most) characters.pop();
  return `${characters.join('')}…`;
}
