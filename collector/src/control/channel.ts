import type { Socket } from 'node:net';

/** One line of JSON. Its other fields depend on its type. */
export interface Message {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Longer messages are never sent by either side. */
const MAX_LINE_CHARS = 64 * 1024;

/** Messages over a socket, each one line of JSON, in both directions. */
export class Channel {
  readonly #socket: Socket;
  readonly #gone = new AbortController();
  readonly #received: Message[] = [];
  #text = '';
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('end', () => this.#leave());
    socket.on('close', () => this.#leave());
  }

  /** Aborted when the other side has disconnected, or this side has closed. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  send(message: Message): void {
    if (!this.#socket.writableEnded && !this.#socket.destroyed) {
      this.#socket.write(`${JSON.stringify(message)}\n`);
    }
  }

  /** The next message; undefined when the other side has disconnected. One waiter at a time. */
  async receive(): Promise<Message | undefined> {
    while (this.#received.length === 0 && !this.gone.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift();
  }

  /** Sends pending messages and closes. */
  end(): void {
    this.#socket.end();
    this.#leave();
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const message = parse(line);
      if (message === undefined) return void this.#socket.destroy();
      this.#received.push(message);
    }
    if (this.#text.length > MAX_LINE_CHARS) this.#socket.destroy();
    this.#wake?.();
  }

  #leave(): void {
    this.#gone.abort();
    this.#wake?.();
  }
}

function parse(line: string): Message | undefined {
  try {
    const value = JSON.parse(line) as Partial<Message> | null;
    return typeof value?.type === 'string' ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
