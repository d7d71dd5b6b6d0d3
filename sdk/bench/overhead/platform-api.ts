import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An event on its way to the runtime. */
export interface Delivery {
  readonly body: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
}

/** Notifications about the sandbox behind the API. */
export interface PlatformListener {
  /** Initialisation ended: the runtime and the extension, if there is one, wait for an event. */
  onReady(): void;
  /** The runtime's response has arrived completely. */
  onResponse(body: string): void;
  /** Runtime and extension wait for the next event. */
  onIdle(): void;
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * The parts of the Lambda Runtime API (2018-06-01) and Extensions API (2020-01-01) that one well-behaved sandbox needs,
 * over HTTP on its own port. As on Lambda, a registration after the runtime asked for its first event is refused, and
 * initialisation and invocations end only once the extension, too, has asked for its next event.
 */
export class PlatformApi {
  readonly #listener: PlatformListener;
  readonly #server: Server;
  #phase: 'init' | 'idle' | 'invoke' | 'answered' = 'init';
  #runtimeNext: ServerResponse | undefined;
  #extensionId: string | undefined;
  #extensionNext: ServerResponse | undefined;
  #isRegistrationOpen = true;

  constructor(listener: PlatformListener) {
    this.#listener = listener;
    this.#server = createServer(
      { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 },
      (request, response) => {
        this.#handle(request, response).catch(() => response.destroy());
      },
    );
  }

  /** @returns the port on 127.0.0.1 */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Whether an extension registered in time. */
  get hasExtension(): boolean {
    return this.#extensionId !== undefined;
  }

  /** Delivers an event to the waiting runtime and notifies the extension; only when idle. */
  deliver({ body, deadlineMs, functionArn, traceId }: Delivery): void {
    const [runtime, extension] = [this.#runtimeNext, this.#extensionNext];
    if (this.#phase !== 'idle' || !runtime) throw new Error(`no runtime waits for an event (${this.#phase})`);
    this.#phase = 'invoke';
    this.#runtimeNext = undefined;
    this.#extensionNext = undefined;
    const requestId = randomUUID();
    send(runtime, 200, body, {
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(deadlineMs),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': traceId,
    });
    if (!extension) return;
    const tracing = { type: 'X-Amzn-Trace-Id', value: traceId };
    const event = { eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn: functionArn, tracing };
    send(extension, 200, JSON.stringify(event), { 'lambda-extension-event-identifier': randomUUID() });
  }

  #advance(): void {
    if (!this.#runtimeNext || (this.hasExtension && !this.#extensionNext)) return;
    const wasInit = this.#phase === 'init';
    if (!wasInit && this.#phase !== 'answered') return;
    this.#phase = 'idle';
    if (wasInit) this.#listener.onReady();
    else this.#listener.onIdle();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    if (route === 'GET /2018-06-01/runtime/invocation/next') {
      this.#isRegistrationOpen = false;
      this.#runtimeNext = response;
      this.#advance();
    } else if (/^POST \/2018-06-01\/runtime\/invocation\/[^/]+\/response$/.test(route)) {
      const body = await readBody(request);
      this.#phase = 'answered';
      this.#listener.onResponse(body);
      send(response, 202, '{"status":"OK"}');
    } else if (route === 'POST /2020-01-01/extension/register') {
      await readBody(request);
      if (!this.#isRegistrationOpen || this.hasExtension)
        return send(response, 403, '{"errorType":"Extension.RegistrationClosed"}');
      this.#extensionId = randomUUID();
      const description = { functionName: 'hello', functionVersion: '$LATEST', handler: 'index.handler' };
      const headers = { 'lambda-extension-identifier': this.#extensionId };
      send(response, 200, JSON.stringify(description), headers);
    } else if (route === 'GET /2020-01-01/extension/event/next' && this.hasExtension) {
      this.#extensionNext = response;
      this.#advance();
    } else {
      send(response, 404, '{"errorType":"NotFound"}');
    }
  }
}
