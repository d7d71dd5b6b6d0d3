import fs from 'node:fs';
import { createRequire } from 'node:module';

// Kept before an instrumentation may replace it.
const { read, readSync, writeSync } = fs;

// The larger Node modules that Lambda's own client of the Runtime API (aws-lambda-ric 4) loads; it uses none of them
// for an event. With `require`, as there: importing node:http as an ES module runs its getters, one of which loads all
// of undici.
const load = createRequire(import.meta.url);
for (const name of ['node:http', 'node:net', 'node:os', 'node:util', 'node:worker_threads']) load(name);

const CHUNK_BYTES = 65_536;
const END_OF_HEAD = '\r\n\r\n';

/** An event as the Runtime API delivers it. */
export interface RuntimeEvent {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A client of the Lambda Runtime API that leaves Node's own HTTP client and sockets untouched, as the native one of
 * Lambda's runtime does: it waits for events in the thread pool and posts responses synchronously, over a connected,
 * blocking socket that it inherited.
 */
export class RuntimeClient {
  readonly #fd: number;
  readonly #host: string;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  /**
   * @param fd the socket
   * @param host `host:port` of the Runtime API
   */
  constructor(fd: number, host: string) {
    this.#fd = fd;
    this.#host = host;
  }

  /** Waits for the next event, for as long as it takes; undefined if the platform has ended. */
  async next(): Promise<RuntimeEvent | undefined> {
    this.#write('GET', 'next', '');
    let text = '';
    for (;;) {
      const bytes = await new Promise<number>((resolve) => {
        read(this.#fd, this.#chunk, 0, CHUNK_BYTES, null, (error, count) => resolve(error ? 0 : count));
      });
      if (bytes === 0) return undefined;
      text += this.#chunk.toString('latin1', 0, bytes);
      const event = parse(text);
      if (event) return event;
    }
  }

  /** Posts a response. Returns once it was accepted. */
  respond(requestId: string, body: string): void {
    this.#write('POST', `${requestId}/response`, body);
    let text = '';
    while (parse(text) === undefined) {
      const bytes = readSync(this.#fd, this.#chunk);
      if (bytes === 0) return;
      text += this.#chunk.toString('latin1', 0, bytes);
    }
  }

  #write(method: 'GET' | 'POST', path: string, body: string): void {
    const bytes = Buffer.from(body);
    const head = [
      `${method} /2018-06-01/runtime/invocation/${path} HTTP/1.1`,
      `host: ${this.#host}`,
      ...(method === 'POST' ? ['content-type: application/json', `content-length: ${bytes.length}`] : []),
    ].join('\r\n');
    const message = Buffer.concat([Buffer.from(head + END_OF_HEAD), bytes]);
    for (let at = 0; at < message.length;) at += writeSync(this.#fd, message, at);
  }
}

/** The HTTP response in `text`, one byte per character; undefined while it is incomplete. */
function parse(text: string): RuntimeEvent | undefined {
  const end = text.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = text.slice(end + END_OF_HEAD.length);
  if (body.length < Number(headers['content-length'])) return undefined;
  if (!/ 20\d /.test(status)) throw new Error(`the Runtime API answered ${status}: ${body}`);
  return { headers, body: Buffer.from(body, 'latin1').toString() };
}
