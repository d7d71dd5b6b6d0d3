/** One row by the column names of its header, or the reason why there is none. */
export interface CsvRow {
  /** Line where it begins, from 1. */
  readonly line: number;
  readonly row?: Readonly<Record<string, string>>;
  readonly fault?: string;
}

const [NEWLINE, QUOTE] = [0x0a, 0x22];

/** The character between columns: a comma, unless the header has none, but semicolons or tabs. */
export function separatorOf(header: string): ',' | ';' | '\t' {
  if (header.includes(',')) return ',';
  if (header.includes(';')) return ';';
  return header.includes('\t') ? '\t' : ',';
}

/**
 * The rows of a CSV file with a header (RFC 4180), chunk by chunk. Only the broken row is lost: a row beyond the limit
 * is discarded, and reading continues at the next line, even inside open quotes.
 */
export class CsvRows {
  readonly #maxBytes: number;
  readonly #separator: number;
  #header: readonly string[] | undefined;
  #fields: string[] = [];
  #parts: Buffer[] = [];
  #rowBytes = 0;
  #isTooLong = false;
  #isQuoted = false;
  #wasQuoted = false;
  #atFieldStart = true;
  #line = 1;
  #rowLine = 1;

  constructor(maxBytes: number, separator: ReturnType<typeof separatorOf> = ',') {
    this.#maxBytes = maxBytes;
    this.#separator = separator.charCodeAt(0);
  }

  /** Yields the rows that end in this chunk. */
  push(chunk: Buffer): CsvRow[] {
    const rows: CsvRow[] = [];
    let from = 0;
    for (let index = 0; index < chunk.byteLength; index++) {
      const byte = chunk[index] as number;
      if (byte === NEWLINE) this.#line++;
      if (this.#isQuoted && !this.#isTooLong) {
        if (byte === QUOTE) this.#isQuoted = false;
        continue;
      }
      if (byte === QUOTE && (this.#atFieldStart || this.#wasQuoted)) {
        this.#isQuoted = true;
        this.#wasQuoted = true;
      } else if (byte === this.#separator || byte === NEWLINE) {
        this.#keep(chunk.subarray(from, index));
        from = index + 1;
        this.#endField();
        if (byte === NEWLINE) this.#endRow(rows);
        continue;
      }
      this.#atFieldStart = false;
    }
    this.#keep(chunk.subarray(from));
    return rows;
  }

  /** Yields the last row if it has no line end. */
  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    if (this.#rowBytes === 0 && this.#fields.length === 0) return rows;
    if (this.#isQuoted && !this.#isTooLong)
      return [{ line: this.#rowLine, fault: 'a quoted text in it has no end' }];
    this.#endField();
    this.#endRow(rows);
    return rows;
  }

  #keep(part: Buffer): void {
    if (this.#isTooLong || part.byteLength === 0) return;
    this.#rowBytes += part.byteLength;
    if (this.#rowBytes <= this.#maxBytes) {
      this.#parts.push(part);
      return;
    }
    this.#isTooLong = true;
    this.#parts = [];
    this.#fields = [];
  }

  #endField(): void {
    this.#atFieldStart = true;
    const wasQuoted = this.#wasQuoted;
    this.#wasQuoted = false;
    if (this.#isTooLong) return;
    this.#rowBytes++; // empty fields also use memory
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#fields.push(wasQuoted ? unquoted(text) : text);
  }

  #endRow(rows: CsvRow[]): void {
    const fields = this.#fields;
    const line = this.#rowLine;
    const isTooLong = this.#isTooLong || this.#rowBytes > this.#maxBytes;
    this.#fields = [];
    this.#rowBytes = 0;
    this.#isTooLong = false;
    this.#isQuoted = false;
    this.#rowLine = this.#line;
    const last = fields.length - 1;
    if (last >= 0) fields[last] = (fields[last] as string).replace(/\r$/, '');
    if (isTooLong) rows.push({ line, fault: `it is longer than ${this.#maxBytes} bytes` });
    else if (this.#header === undefined) this.#header = headerOf(fields);
    else if (fields.length === 1 && fields[0] === '') return;
    else if (fields.length !== this.#header.length)
      rows.push({
        line,
        fault: `it has ${fields.length} columns, but the header has ${this.#header.length}`,
      });
    else rows.push({ line, row: rowOf(this.#header, fields) });
  }
}

function headerOf(fields: readonly string[]): string[] {
  return fields.map((name) => name.replace(/^\uFEFF/, '').trim());
}

function rowOf(header: readonly string[], fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(header.map((name, index) => [name, fields[index] as string]));
}

/** The text between the quotes; invalid text after them is kept unchanged. */
function unquoted(text: string): string {
  const end = text.lastIndexOf('"');
  const inside = end <= 0 ? text.slice(1) : text.slice(1, end) + text.slice(end + 1);
  return inside.replaceAll('""', '"');
}
