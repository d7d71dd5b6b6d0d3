const MAX_HEAD_BYTES = 16_384;
const MAX_BODY_BYTES = 65_536;
const MAX_LINE_BYTES = 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?= |\r|$)/;
const CR = 13;
const LF = 10;

/** A finished HTTP exchange. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header that comes several times is joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most 64 KiB; anything after that is read and discarded. */
  readonly body: string;
}

/** The peer did not answer in HTTP/1.1 as defined by RFC 9112. */
export class HttpFormatError extends Error {
  override readonly name = 'HttpFormatError';
}

type Framing = 'head' | 'none' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'close';

/**
 * Reads one HTTP/1.x response from the bytes of a connection, however they are split. Interim responses (1xx) are
 * skipped.
 */
export class ResponseParser {
  #framing: Framing = 'head';
  #pending: Buffer | undefined;
  #left = 0;
  #status = 0;
  #headers: Record<string, string | undefined> = {};
  #reusable = false;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;

  /** Whether any byte of an answer arrived. */
  started = false;

  /** Whether the connection may be used again after the response. */
  get reusable(): boolean {
    return this.#reusable;
  }

  /**
   * Takes the next bytes; `chunk` may be overwritten afterwards. Returns the response when it is complete.
   *
   * @throws {HttpFormatError} when this is no HTTP/1.x response
   */
  push(chunk: Buffer): HttpResponse | undefined {
    this.started = true;
    let bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = undefined;
    for (;;) {
      const rest = this.#step(bytes);
      if (rest === undefined) {
        this.#pending = bytes.length > 0 ? Buffer.from(bytes) : undefined;
        return undefined;
      }
      bytes = rest;
      if (this.#framing !== 'none') continue;
      // A peer that sends more than was asked for cannot be trusted with another request.
      if (bytes.length > 0) this.#reusable = false;
      return this.#response();
    }
  }

  /** The connection was ended by the other side. Returns the response when that completes it. */
  end(): HttpResponse | undefined {
    return this.#framing === 'close' ? this.#response() : undefined;
  }

  /** Takes one step; returns the remaining bytes, or undefined if more are needed. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#framing) {
      case 'head':
        return this.#head(bytes);
      case 'length':
      case 'chunk':
      case 'close':
        return this.#data(bytes);
      default:
        return this.#line(bytes);
    }
  }

  #head(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf('\r\n\r\n');
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new HttpFormatError('the head of the answer is longer than 16 KiB');
    }
    if (end < 0) {
      if (bytes.length >= 5 && bytes.toString('latin1', 0, 5) !== 'HTTP/') throw notHttp();
      return undefined;
    }
    const text = bytes.toString('latin1', 0, end);
    const [, minor, status] = STATUS_LINE.exec(text) ?? [];
    if (status === undefined) throw notHttp();
    this.#status = Number(status);
    this.#headers = {};
    for (let at = text.indexOf('\r\n'); at >= 0;) {
      const next = text.indexOf('\r\n', at + 2);
      this.#header(text.slice(at + 2, next < 0 ? undefined : next));
      at = next;
    }
    if (this.#status === 101) throw new HttpFormatError('the answer changes the protocol');
    if (this.#status >= 200) this.#frame(minor === '1');
    return bytes.subarray(end + 4);
  }

  #header(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new HttpFormatError('the answer has a header without a name');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = this.#headers[name];
    this.#headers[name] = before === undefined ? value : `${before}, ${value}`;
  }

  /** How the body ends: RFC 9112, section 6.3. */
  #frame(persistent: boolean): void {
    const { connection = '', 'transfer-encoding': coding, 'content-length': length } = this.#headers;
    const says = connection.toLowerCase();
    this.#reusable = persistent ? !says.includes('close') : says.includes('keep-alive');
    if (this.#status === 204 || this.#status === 304) {
      this.#framing = 'none';
    } else if (coding !== undefined) {
      this.#framing = /(?:^|,)\s*chunked$/i.test(coding) ? 'chunk-size' : 'close';
    } else if (length === undefined) {
      this.#framing = 'close';
    } else {
      if (!/^\d{1,15}$/.test(length)) throw new HttpFormatError('the answer has no sensible content-length');
      this.#left = Number(length);
      this.#framing = this.#left === 0 ? 'none' : 'length';
    }
    if (this.#framing === 'close') this.#reusable = false;
  }

  #data(bytes: Buffer): Buffer | undefined {
    const whole = this.#framing !== 'close' && bytes.length >= this.#left;
    const taken = whole ? this.#left : bytes.length;
    if (this.#bodyBytes < MAX_BODY_BYTES) this.#body.push(Buffer.from(bytes.subarray(0, taken)));
    this.#bodyBytes += taken;
    this.#left -= taken;
    if (whole) this.#framing = this.#framing === 'length' ? 'none' : 'chunk-end';
    else if (taken === 0) return undefined;
    return bytes.subarray(taken);
  }

  /** The lines between the chunks of a body. */
  #line(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(LF);
    if (end > MAX_LINE_BYTES || (end < 0 && bytes.length > MAX_LINE_BYTES)) {
      throw new HttpFormatError('the answer has a chunk with a line of over 1 KiB');
    }
    if (end < 0) return undefined;
    const line = bytes.toString('latin1', 0, end > 0 && bytes[end - 1] === CR ? end - 1 : end);
    if (this.#framing === 'chunk-size') {
      const [, size] = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(line) ?? [];
      if (size === undefined) throw new HttpFormatError('the answer has a chunk without a size');
      this.#left = Number.parseInt(size, 16);
      this.#framing = this.#left === 0 ? 'trailer' : 'chunk';
    } else if (this.#framing === 'chunk-end') {
      if (line !== '') throw new HttpFormatError('the answer has a chunk that is longer than it says');
      this.#framing = 'chunk-size';
    } else if (line === '') {
      this.#framing = 'none';
    }
    return bytes.subarray(end + 1);
  }

  #response(): HttpResponse {
    const [only] = this.#body;
    const bytes = this.#body.length > 1 ? Buffer.concat(this.#body) : only;
    const body = bytes?.toString('utf8', 0, Math.min(bytes.length, MAX_BODY_BYTES)) ?? '';
    return { status: this.#status, headers: this.#headers, body };
  }
}

const SAMPLE = 'HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 2\r\n\r\n{}';

/** Whether this process can read answers: a program may have changed how Node's buffers behave. */
export function canReadResponses(): boolean {
  try {
    const bytes = Buffer.from(SAMPLE, 'latin1');
    const answer = new ResponseParser().push(bytes.subarray(0, SAMPLE.length));
    return answer?.status === 200 && answer.headers['x'] === 'y' && answer.body === '{}';
  } catch {
    return false;
  }
}

function notHttp(): HttpFormatError {
  return new HttpFormatError('the answer is not HTTP/1.1');
}
