/** Separates, in an answer, the collector's own words from text that functions sent. */

/** Marks around text from spans. Both signs are removed from such text, so that it cannot end its mark. */
export const OPEN_MARK = '⟦';
export const CLOSE_MARK = '⟧';

/** Control, format, private and separator characters, variation selectors, and the marks. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}⟦⟧]/gu;

/** Longest text passed on, characters; longer text is cut and ends with an ellipsis. */
const MAX_TEXT = 400;
/** Deepest level of an answer that is processed. */
const MAX_DEPTH = 32;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** Ids in the format of platforms and tracers: hexadecimal digits cannot form sentences. */
const HEX_ID = /^[\da-f]{8}[\da-f-]{0,56}$/;

/** The collector's own words: property names and enumerated values. Any other text is untrusted. */
export type Vocabulary = ReadonlySet<string>;

/** Every property name and enumerated value of an answer, given the schemas of its properties. */
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

/** A sanitised answer, and the places of untrusted text in it. */
export interface Sorted {
  readonly answer: unknown;
  /** Paths of text from spans, `functions[].function`; each once. */
  readonly untrusted: readonly string[];
}

/**
 * Removes control and invisible characters from every text, cuts long ones, and lists the places of text that is not
 * the collector's own. With `mark`, such text is enclosed in {@link OPEN_MARK} and {@link CLOSE_MARK}.
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

/** Untrusted text between marks. */
export function marked(text: string): string {
  return `${OPEN_MARK}${cleaned(text)}${CLOSE_MARK}`;
}

/** A text without its marks, for a client that returns a name as it was shown. */
export function withoutMarks(text: string): string {
  return text.startsWith(OPEN_MARK) && text.endsWith(CLOSE_MARK) ? text.slice(1, -1) : text;
}

/**
 * Text that is invisible to a person could be an instruction, and a mark within the text would end the marked part
 * early.
 */
function cleaned(text: string): string {
  const visible = text.replaceAll(HIDDEN, '\u{fffd}');
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT - 1)}…` : visible;
}
