import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PlatformError } from './errors.ts';
import { outcomeToHttp, readPrelude, requestToEvent } from './function-url.ts';
import { BodyTooLargeError, listen, readBody, sendJson } from './http.ts';
import { functionArn, type CallRequest, type Invoked, type Platform, type Refusal } from './platform.ts';
import { collectOutcome, MAX_PAYLOAD_BYTES } from './runtime-api.ts';

const CLOSE_MILLIS = 500;

/** Why a call did not reach a function, in the words of AWS: the type of the error and its body. */
const REFUSALS: Record<
  Refusal,
  (name: string) => readonly [status: number, type: string, body: Record<string, string>]
> = {
  'unknown-function': (name) => [
    404,
    'ResourceNotFoundException',
    { Type: 'User', Message: `Function not found: ${functionArn(name)}` },
  ],
  'too-many-requests': () => [
    429,
    'TooManyRequestsException',
    {
      Type: 'User',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
    },
  ],
  stopping: () => [503, 'ServiceException', { Type: 'Service', Message: 'The platform is stopping.' }],
};

function refuse(
  response: ServerResponse,
  [status, type, body]: readonly [number, string, Record<string, string>],
): void {
  sendJson(response, status, body, { 'x-amzn-errortype': type });
}

function callOf(request: IncomingMessage, payload: Buffer): CallRequest {
  const traceId = request.headers['x-amzn-trace-id'];
  const context = request.headers['x-amz-client-context'];
  return {
    payload,
    ...(typeof traceId === 'string' && { traceId }),
    ...(typeof context === 'string' && { clientContext: Buffer.from(context, 'base64').toString() }),
  };
}

/** `POST /2015-03-31/functions/{name}/invocations`, as the AWS Invoke API answers it. */
async function invokeDirectly(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  const payload = body.length === 0 ? Buffer.from('{}') : body;
  try {
    JSON.parse(payload.toString());
  } catch (error) {
    const Message = `Could not parse request body into json: ${messageOf(error)}`;
    return refuse(response, [400, 'InvalidRequestContentException', { Type: 'User', Message }]);
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    const Message = `unknown invocation type ${JSON.stringify(type)}`;
    return refuse(response, [400, 'InvalidParameterValueException', { Type: 'User', Message }]);
  }
  if (type === 'DryRun' && platform.has(name)) return void response.writeHead(204).end();
  const call = platform.invoke(name, callOf(request, payload));
  if (type === 'Event' && platform.has(name)) return void response.writeHead(202).end();
  const invoked = await call;
  if (typeof invoked === 'string') return refuse(response, REFUSALS[invoked](name));
  const { requestId } = invoked;
  const outcome = await collectOutcome(invoked.outcome);
  response.writeHead(200, {
    'content-type': outcome.contentType,
    'content-length': outcome.body.length,
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
    ...(outcome.errorType !== undefined && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(outcome.body);
}

/** `ANY /url/{name}/…`, as a function URL. */
async function invokeByUrl(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  target: { name: string; rawPath: string; query: string },
): Promise<void> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  const event = requestToEvent(request, { ...target, body });
  const invoked = await platform.invoke(target.name, callOf(request, Buffer.from(JSON.stringify(event))));
  if (typeof invoked === 'string') return refuse(response, REFUSALS[invoked](target.name));
  if (invoked.outcome.stream) return streamOutcome(invoked, response);
  const answer = outcomeToHttp(invoked.outcome);
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': answer.body.length,
    'x-amzn-requestid': invoked.requestId,
  });
  response.end(answer.body);
}

/** Hands the answer of a streaming handler on while it comes. */
async function streamOutcome({ requestId, outcome }: Invoked, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await readPrelude(outcome);
  response.writeHead(status, { ...headers, 'x-amzn-requestid': requestId });
  await pipeline(body, response).catch(() => response.destroy());
}

async function control(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let paused: unknown;
  try {
    ({ paused } = JSON.parse((await readBody(request, 1024)).toString()) as { paused?: unknown });
  } catch {
    paused = undefined;
  }
  if (typeof paused !== 'boolean') {
    return sendJson(response, 400, { code: 'ERR_BODY', message: 'send {"paused":true} or {"paused":false}' });
  }
  platform.evictionsPaused = paused;
  sendJson(response, 200, { paused });
}

function status(platform: Platform): unknown {
  const sandboxes = platform.status();
  const functions: Record<string, Record<string, number>> = {};
  for (const { function: name, state } of sandboxes) {
    const counts = (functions[name] ??= { starting: 0, busy: 0, idle: 0, frozen: 0, stopping: 0 });
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return { evictionsPaused: platform.evictionsPaused, functions, sandboxes };
}

async function route(platform: Platform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  const [, direct] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(path) ?? [];
  if (direct !== undefined && request.method === 'POST') {
    // A name, or an ARN that ends in it.
    const name = direct.replaceAll('%3A', ':').replace(/^arn:.*:function:/, '');
    return invokeDirectly(platform, request, response, name);
  }
  const [, name, rawPath = '/'] = /^\/url\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (name !== undefined) return invokeByUrl(platform, request, response, { name, rawPath, query });
  const endpoint = `${request.method} ${path}`;
  if (endpoint === 'GET /truth') return sendJson(response, 200, platform.truth.summary());
  if (endpoint === 'GET /status') return sendJson(response, 200, status(platform));
  if (endpoint === 'GET /healthz') return sendJson(response, 200, { status: 'ok' });
  if (endpoint === 'POST /control/evictions') return control(platform, request, response);
  sendJson(response, 404, { code: 'ERR_NOT_FOUND', message: `${endpoint} is unknown` });
}

/**
 * Opens the invoke endpoints on 127.0.0.1.
 *
 * @throws {PlatformError} `ERR_LISTEN`
 */
export async function serveInvocations(
  platform: Platform,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const { server, port: actual } = await listen((request, response) => {
    route(platform, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      if (error instanceof BodyTooLargeError) {
        const Message = `The request is too long: ${error.message}`;
        return refuse(response, [413, 'RequestTooLargeException', { Type: 'User', Message }]);
      }
      return refuse(response, [500, 'ServiceException', { Type: 'Service', Message: messageOf(error) }]);
    });
  }, port).catch((error: unknown) => {
    throw new PlatformError('ERR_LISTEN', `port ${port} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  });
  return {
    url: `http://127.0.0.1:${actual}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // The last answers are on their way.
      await Promise.race([closed, sleep(CLOSE_MILLIS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}
