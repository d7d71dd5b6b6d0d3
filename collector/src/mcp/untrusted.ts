/** Telling apart, in an answer, the words of the collector from text that functions sent. */

/** What marks text that came in spans. Neither sign is left inside such a text, so that it cannot end its mark. */
export const OPEN_MARK = '⟦';
export const CLOSE_MARK = '⟧';

/** Control, format, private and separator characters, variation selectors, and the marks. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}⟦⟧]/gu;

/** Longest text that is handed on, characters; the rest is cut, and an ellipsis says so. */
const MAX_TEXT = 400;
/** Deepest answer that is looked at. */
const MAX_DEPTH = 32;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** Ids as platforms and tracers write them: no language can be written in hexadecimal digits. */
const HEX_ID = /^[\da-f]{8}[\da-f-]{0,56}$/;

/** The words of the collector: names of properties and enumerated values. A text that is none of them is not its own. */
export type Vocabulary = ReadonlySet<string>;

/** Every property and enumerated value of an answer, given the schemas of its properties. */
export function vocabularyOf(answer: Readonly<Record<string, unknown>>): Vocabulary {
  const words = new Set<string>(['from', 'to', 'truncated', 'nextCursor']);
  const gather = (schema: unknown, depth: number): void => {
    if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return;
    const { enum: values, const: value, properties } = schema as Readonly<Record<string, unknown>>;
    for (const word of [...(Array.isArray(values) ? (values as unknown[]) : []), value]) {
      if (typeof word === 'string') words.add(word);
    }
    for (const name of Object.keys((properties as object | undefined) ?? {})) words.add(name);
    for (const inner of Object.values(schema)) gather(inner, depth + 1);
  };
  gather({ properties: answer }, 0);
  return words;
}

/** An answer, without what could hide in it, and where in it the text of others is. */
export interface Sorted {
  readonly answer: unknown;
  /** Paths of text that came in spans, `functions[].function`; each once. */
  readonly untrusted: readonly string[];
}

/**
 * Takes control characters and invisible ones out of every text, cuts long ones, and lists where text is that is not the
 * collector's. With `mark`, such text stands between {@link OPEN_MARK} and {@link CLOSE_MARK}.
 */
export function sortOut(answer: unknown, vocabulary: Vocabulary, mark: boolean): Sorted {
  const untrusted = new Set<string>();
  const isPlain = (text: string): boolean => vocabulary.has(text) || TIME.test(text) || HEX_ID.test(text);
  const visit = (value: unknown, path: string, depth: number): unknown => {
    if (depth > MAX_DEPTH) return undefined;
    if (typeof value === 'string') {
      if (isPlain(value) || path === 'nextCursor' || value === '') return value;
      untrusted.add(path);
      return mark ? marked(value) : cleaned(value);
    }
    if (Array.isArray(value)) return value.map((entry) => visit(entry, `${path}[]`, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const isOurs = vocabulary.has(name);
        const inside = `${path}${path === '' ? '' : '.'}${isOurs ? name : '*'}`;
        if (!isOurs) untrusted.add(inside);
        const shown = isOurs ? name : mark ? marked(name) : cleaned(name);
        return [shown, visit(inner, inside, depth + 1)];
      }),
    );
  };
  const visited = visit(answer, '', 0);
  return { answer: visited, untrusted: [...untrusted] };
}

/** A text of others between marks. */
export function marked(text: string): string {
  return `${OPEN_MARK}${cleaned(text)}${CLOSE_MARK}`;
}

/** A text without its marks, for a client that hands a name back as it was shown. */
export function withoutMarks(text: string): string {
  return text.startsWith(OPEN_MARK) && text.endsWith(CLOSE_MARK) ? text.slice(1, -1) : text;
}

/** What is hidden from the person who reads along could be an instruction, and a mark within the text would end it early. */
function cleaned(text: string): string {
  const visible = text.replaceAll(HIDDEN, '\u{fffd}');
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT - 1)}…` : visible;
}
