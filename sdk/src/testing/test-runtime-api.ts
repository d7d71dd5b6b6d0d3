import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The Lambda Runtime API and Extensions API for one sandbox, on their own port. */
export interface TestRuntimeApi extends AsyncDisposable {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /**
   * The requests to the API, in order: `register`, `ext next`, `next`, `response ID`,
   * `error ID`, `init error`.
   */
  readonly calls: string[];
  /** The runtime's report of a failed initialisation. */
  readonly initErrors: string[];
  /** Delivers an event and resolves with what the runtime posted for it. */
  invoke(event: unknown, options?: InvokeOptions): Promise<{ ok: boolean; body: string; requestId: string }>;
  /** Resolves when the sandbox may be frozen: the runtime and every extension wait for the next event. */
  idle(): Promise<void>;
  /** Resolves when `calls` has an item that `matches`. */
  called(matches: (call: string) => boolean): Promise<void>;
}

export interface InvokeOptions {
  /** Time until the deadline, default 10 s. */
  readonly timeoutMillis?: number;
  readonly headers?: Record<string, string>;
  /** Which of the two receives the event first; default the runtime. */
  readonly first?: 'runtime' | 'extension';
}

/** How the API behaves. */
export interface ApiOptions {
  /** False answers registrations with 403. */
  readonly acceptExtensions?: boolean;
}

interface Waiting {
  requestId: string;
  resolve: (result: { ok: boolean; body: string; requestId: string }) => void;
}

export async function startRuntimeApi({ acceptExtensions = true }: ApiOptions = {}): Promise<TestRuntimeApi> {
  const calls: string[] = [];
  const initErrors: string[] = [];
  let runtime: ServerResponse | undefined;
  let extension: ServerResponse | undefined;
  let registered = false;
  let waiting: Waiting | undefined;
  let count = 0;

  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const path = request.url ?? '';
    const [, requestId, what] =
      /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (path === '/2020-01-01/extension/register') {
      // A name can be registered only once.
      const accepts = acceptExtensions && !registered;
      calls.push(accepts ? 'register' : 'register refused');
      if (!accepts) {
        response.writeHead(403).end('{"errorType":"Extension.RegistrationClosed"}');
        return;
      }
      registered = true;
      response.writeHead(200, { 'Lambda-Extension-Identifier': 'e1' }).end('{"functionName":"f"}');
    } else if (path === '/2020-01-01/extension/event/next') {
      calls.push('ext next');
      extension = response;
    } else if (path === '/2018-06-01/runtime/invocation/next') {
      calls.push('next');
      runtime = response;
    } else if (requestId !== undefined) {
      calls.push(`${what} ${requestId}`);
      response.writeHead(202).end();
      if (waiting?.requestId === requestId) waiting.resolve({ ok: what === 'response', body, requestId });
    } else if (path === '/2018-06-01/runtime/init/error') {
      calls.push('init error');
      initErrors.push(body);
      response.writeHead(202).end();
    } else {
      response.writeHead(404).end();
    }
  };

  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => handle(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const until = async (condition: () => boolean): Promise<void> => {
    const end = Date.now() + 10_000;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited 10 s; calls: ${calls.join(', ')}`);
      await sleep(2);
    }
  };
  const idle = (): Promise<void> =>
    until(() => runtime !== undefined && (!registered || extension !== undefined));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    initErrors,
    idle,
    called: (matches) => until(() => calls.some(matches)),
    async invoke(event, { timeoutMillis = 10_000, headers = {}, first = 'runtime' } = {}) {
      await idle();
      count += 1;
      const requestId = `req-${count}`;
      const deadlineMs = Date.now() + timeoutMillis;
      const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:f:live';
      const result = new Promise<{ ok: boolean; body: string; requestId: string }>((resolve) => {
        waiting = { requestId, resolve };
      });
      const tell = {
        runtime: (): void => {
          const response = runtime;
          runtime = undefined;
          response?.writeHead(200, {
            'content-type': 'application/json',
            'Lambda-Runtime-Aws-Request-Id': requestId,
            'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
            'Lambda-Runtime-Invoked-Function-Arn': arn,
            ...headers,
          });
          response?.end(JSON.stringify(event));
        },
        extension: (): void => {
          const response = extension;
          extension = undefined;
          response
            ?.writeHead(200)
            .end(JSON.stringify({ eventType: 'INVOKE', requestId, deadlineMs, invokedFunctionArn: arn }));
        },
      };
      tell[first]();
      if (first === 'runtime') {
        // The handler is over before the extension receives the event.
        await result;
        tell.extension();
      } else {
        tell.runtime();
      }
      return await result;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
