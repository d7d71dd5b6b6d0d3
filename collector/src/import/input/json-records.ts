import { RecordCapture } from './record-capture.ts';

export interface JsonRecordsOptions {
  /** Longest record. */
  readonly maxBytes: number;
  /** Deepest record; a scalar is 0. Default 64. */
  readonly maxNesting?: number;
  /** Keys of an outer object whose lists contain the records, such as `events`. Default none. */
  readonly lists?: readonly string[];
  /** Parses the bytes of a record. Default `JSON.parse`. */
  readonly parse?: (bytes: Buffer) => unknown;
}

/** One record, or the reason why there is none. */
export interface JsonRecord {
  /** Line where it begins, from 1. */
  readonly line: number;
  readonly value?: unknown;
  /** Members of the outer object before the list of records. Absent without one. */
  readonly outer?: Readonly<Record<string, unknown>>;
  readonly fault?: string;
}

const DEFAULT_NESTING = 64;
const LONGEST_KEY = 64;
const [NEWLINE, QUOTE, BACKSLASH, COMMA, COLON] = [0x0a, 0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === 0x1e || byte === NEWLINE;

/**
 * Splits a stream of JSON into records, holding at most one: concatenated values, one per line or not; the elements of
 * one list; the elements of a list in an outer object. Broken JSON loses only its own record: reading continues at the
 * next line that begins like a record.
 */
export class JsonRecords {
  readonly #lists: ReadonlySet<string>;
  readonly #capture: RecordCapture;
  readonly #maxNesting: number;
  readonly #parse: (bytes: Buffer) => unknown;
  #records: JsonRecord[] = [];
  /** Opening bytes of the open structures, outermost first; beyond the depth limit they are only counted. */
  readonly #open: number[] = [];
  #tooDeep = 0;
  /** Number of those that contain records rather than belong to one. */
  #outerDepth = 0;
  #outer: Readonly<Record<string, unknown>> | undefined;
  #inRecord = false;
  #inString = false;
  #isEscaped = false;
  /** The last non-space byte outside a text. */
  #last = 0;
  /** A text that may be a key of the outermost object. */
  #text = '';
  #textStart = -1;
  #key = '';
  #line = 1;
  /** White space since the start of the line; -1 if there was something else. */
  #column = 0;
  #recordLine = 1;
  #recordColumn = 0;
  /** Skipping the rest of a line after broken JSON. */
  #isLost = false;
  #lostAtLineStart = false;

  constructor({ maxBytes, maxNesting = DEFAULT_NESTING, lists = [], parse = parseJson }: JsonRecordsOptions) {
    this.#parse = parse;
    this.#capture = new RecordCapture(maxBytes);
    this.#maxNesting = maxNesting;
    this.#lists = new Set(lists);
  }

  /** Yields the records that end in this chunk. */
  push(chunk: Buffer): JsonRecord[] {
    this.#capture.begin(chunk);
    if (this.#inString && this.#textStart === -1) this.#textStart = 0;
    for (let index = 0; index < chunk.byteLength; index++) {
      if (this.#inString && !this.#isEscaped) index = endOfPlainText(chunk, index);
      const byte = chunk[index];
      if (byte === undefined) break;
      if (this.#isLost) this.#findAgain(chunk, byte, index);
      else if (this.#inString) this.#inText(chunk, byte, index);
      else this.#outsideText(chunk, byte, index);
      if (byte === NEWLINE) {
        this.#line++;
        this.#column = 0;
        this.#lostAtLineStart = true;
      } else if (this.#column >= 0) {
        this.#column = isSpace(byte) ? this.#column + 1 : -1;
      }
    }
    if (this.#inString) this.#keepText(chunk, chunk.byteLength);
    this.#textStart = -1;
    this.#capture.end();
    return this.#takeRecords();
  }

  /** Yields the rest at the end of the input. */
  end(): JsonRecord[] {
    if (this.#inRecord) this.#fail('it has no end');
    else if (this.#outerDepth > 0 && !this.#isLost) this.#fault(this.#line, 'the list of records has no end');
    return this.#takeRecords();
  }

  #takeRecords(): JsonRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #inText(chunk: Buffer, byte: number, index: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      this.#keepText(chunk, index);
      this.#last = QUOTE;
    }
    if (byte === NEWLINE) this.#lose('a text in it has no end');
  }

  /** Only keys of outer objects matter. */
  #keepText(chunk: Buffer, end: number): void {
    if (this.#text.length > LONGEST_KEY || !this.#isKeyDepth()) return;
    this.#text += chunk.toString('latin1', this.#textStart, Math.min(end, this.#textStart + LONGEST_KEY));
  }

  #outsideText(chunk: Buffer, byte: number, index: number): void {
    if (isSpace(byte)) return;
    if (byte === QUOTE) this.#beginText(index);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#opened(chunk, byte, index);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#closed(byte, index);
    else if (byte === COLON && this.#isKeyDepth()) this.#key = this.#text;
    else if (!this.#inRecord && byte !== COMMA && !this.#isPassing()) return this.#strange();
    if (byte !== QUOTE) this.#last = byte;
  }

  #beginText(index: number): void {
    if (!this.#inRecord && !this.#isPassing()) return this.#strange();
    this.#inString = true;
    this.#text = '';
    this.#textStart = index + 1;
  }

  /** Inside the outer object, beside its list. */
  #isPassing(): boolean {
    return this.#outerDepth === 1 && this.#open[0] === OPEN_OBJECT;
  }

  #opened(chunk: Buffer, byte: number, index: number): void {
    if (this.#beginsList(byte)) return this.#enterList(index);
    if (this.#isPassing()) return this.#push(byte);
    if (this.#inRecord) {
      const atLineStart =
        this.#column >= 0 &&
        (this.#recordColumn === -1 ? this.#column === 0 : this.#column === this.#recordColumn);
      if (!this.#mayOpen(atLineStart)) {
        this.#lose('something is missing in it');
        if (atLineStart) this.#recover(chunk, byte, index);
        return;
      }
      return this.#push(byte);
    }
    if (byte === OPEN_LIST && this.#open.length === 0) {
      this.#open.push(byte);
      this.#outerDepth = 1;
      return;
    }
    this.#inRecord = true;
    this.#recordLine = this.#line;
    this.#recordColumn = this.#column;
    this.#capture.start(index);
    this.#push(byte);
  }

  /** Whether a value may begin here, given what precedes it. */
  #mayOpen(atLineStart: boolean): boolean {
    if (this.#tooDeep > 0 || this.#last === OPEN_LIST) return true;
    if (this.#last === COMMA) return this.#open.at(-1) === OPEN_LIST;
    return this.#last === COLON && !atLineStart;
  }

  #beginsList(byte: number): boolean {
    if (byte !== OPEN_LIST || this.#last !== COLON || !this.#isKeyDepth() || !this.#lists.has(this.#key)) {
      return false;
    }
    if (this.#isPassing()) return true;
    if (!this.#inRecord) return false;
    if (this.#outerDepth === 0) return true;
    // The supposed element is another outer object: the previous one has no end.
    return this.#recordColumn === 0;
  }

  /** Directly in the outermost object, or in what seemed to be a record. */
  #isKeyDepth(): boolean {
    const inside = this.#inRecord ? this.#outerDepth + 1 : 1;
    return this.#open.length === inside && this.#open[inside - 1] === OPEN_OBJECT;
  }

  #enterList(index: number): void {
    if (this.#inRecord) {
      this.#outer = parseOuter(this.#capture.take(index));
      this.#inRecord = false;
    }
    this.#open.length = 0;
    this.#open.push(OPEN_OBJECT, OPEN_LIST);
    this.#outerDepth = 2;
    this.#recordColumn = -1;
  }

  #push(byte: number): void {
    if (this.#open.length - this.#outerDepth < this.#maxNesting) this.#open.push(byte);
    else {
      this.#tooDeep++;
      this.#capture.refuse(`it is nested deeper than ${this.#maxNesting} levels`);
    }
  }

  #closed(byte: number, index: number): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--;
      return;
    }
    const opener = this.#open.at(-1);
    if (opener !== (byte === CLOSE_LIST ? OPEN_LIST : OPEN_OBJECT)) return this.#strange();
    this.#open.pop();
    if (this.#inRecord && this.#open.length === this.#outerDepth) this.#finish(index + 1);
    else if (!this.#inRecord && this.#open.length < this.#outerDepth) {
      this.#outerDepth = this.#open.length;
      if (this.#outerDepth === 0) this.#outer = undefined;
    }
  }

  #finish(end: number): void {
    this.#inRecord = false;
    const { refusal } = this.#capture;
    const bytes = this.#capture.take(end);
    if (refusal !== undefined) return this.#fault(this.#recordLine, refusal);
    try {
      const value = this.#parse(bytes);
      this.#records.push({ line: this.#recordLine, value, ...(this.#outer && { outer: this.#outer }) });
    } catch {
      this.#fault(this.#recordLine, 'it is not JSON');
    }
  }

  #strange(): void {
    if (!this.#inRecord) this.#recordLine = this.#line;
    this.#lose('it is not JSON');
  }

  #lose(why: string): void {
    this.#fail(why);
    this.#isLost = true;
    this.#lostAtLineStart = false;
  }

  #fail(why: string): void {
    this.#fault(this.#recordLine, this.#capture.refusal ?? why);
    this.#capture.drop();
    this.#open.length = Math.min(this.#open.length, this.#outerDepth);
    this.#tooDeep = 0;
    this.#inRecord = false;
    this.#inString = false;
    this.#isEscaped = false;
  }

  #fault(line: number, fault: string): void {
    this.#records.push({ line, fault });
  }

  /** Searches for the next line that begins like a record. */
  #findAgain(chunk: Buffer, byte: number, index: number): void {
    if (!this.#lostAtLineStart || isSpace(byte)) return;
    const column = this.#column;
    this.#lostAtLineStart = false;
    const isRecord = byte === OPEN_OBJECT || (byte === OPEN_LIST && this.#outerDepth > 0);
    if (isRecord && (this.#recordColumn === -1 || column === this.#recordColumn)) {
      this.#recover(chunk, byte, index);
    } else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && this.#outerDepth > 0) {
      if (this.#recordColumn !== -1 && column >= this.#recordColumn && column > 0) return;
      this.#isLost = false;
      this.#outsideText(chunk, byte, index);
    }
  }

  #recover(chunk: Buffer, byte: number, index: number): void {
    this.#isLost = false;
    this.#last = this.#outerDepth > 0 ? COMMA : 0;
    this.#opened(chunk, byte, index);
  }
}

function parseJson(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8')) as unknown;
}

/** Position of the next significant byte of a text; the end of the chunk if there is none. */
function endOfPlainText(chunk: Buffer, from: number): number {
  for (let index = from; index < chunk.byteLength; index++) {
    const byte = chunk[index];
    if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) return index;
  }
  return chunk.byteLength;
}

/** The part of the outer object read so far, closed. */
function parseOuter(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(`${bytes.toString('utf8')}[]}`) as Record<string, unknown>;
  } catch {
    return {};
  }
}
