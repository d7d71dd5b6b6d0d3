import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveControl } from './control-api.ts';
import type { Deployment } from './deployment.ts';
import { messageOf, PlatformError } from './errors.ts';
import { readFunctionReference, type FunctionReference } from './function-name.ts';
import { outcomeToHttp, readPrelude, requestToEvent } from './function-url.ts';
import { BodyTooLargeError, listen, readBody, sendJson } from './http.ts';
import type { CallRequest, Invoked, Refusal, Scheduler } from './scheduler.ts';
import { collectOutcome, MAX_PAYLOAD_BYTES } from './runtime-api.ts';

const CLOSE_MILLIS = 500;

/** Why a call did not reach a function, in AWS's terms: the error type and its body. */
const REFUSALS: Record<
  Refusal,
  (arn: string) => readonly [status: number, type: string, body: Record<string, string>]
> = {
  'unknown-function': (arn) => [
    404,
    'ResourceNotFoundException',
    { Type: 'User', Message: `Function not found: ${arn}` },
  ],
  'ambiguous-function': () => [
    400,
    'InvalidParameterValueException',
    { Type: 'User', Message: 'Several regions or accounts have a function of this name: give its ARN.' },
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
  const affinityKey = request.headers['x-affinity-key'];
  return {
    payload,
    ...(typeof affinityKey === 'string' && { affinityKey }),
    ...(typeof traceId === 'string' && { traceId }),
    ...(typeof context === 'string' && { clientContext: Buffer.from(context, 'base64').toString() }),
  };
}

/** The name or ARN of a function as it appears in a path. */
function readReference(text: string): FunctionReference {
  try {
    return readFunctionReference(decodeURIComponent(text));
  } catch {
    return readFunctionReference(text);
  }
}

/**
 * The function that a request refers to. AWS has one endpoint per region: if several regions have a function of that
 * name, it is the one of the region that the request was signed for.
 */
function findDeployment(
  scheduler: Scheduler,
  { headers }: IncomingMessage,
  reference: FunctionReference,
): Deployment | Refusal {
  const found = scheduler.find(reference);
  const signed = /Credential=[^/]*\/\d*\/([^/]+)\/lambda\/aws4_request/.exec(headers.authorization ?? '');
  if (found !== 'ambiguous-function' || signed?.[1] === undefined) return found;
  return scheduler.find({ region: signed[1], ...reference });
}

/** A call on its way to a function. */
interface Call {
  readonly scheduler: Scheduler;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly deployment: Deployment;
}

/** `POST /2015-03-31/functions/{name}/invocations`, with the answers of AWS's Invoke API. */
async function invokeDirectly({ scheduler, request, response, deployment }: Call): Promise<void> {
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
  if (type === 'DryRun') return void response.writeHead(204).end();
  const call = scheduler.invoke(deployment, callOf(request, payload));
  if (type === 'Event') return void response.writeHead(202).end();
  const invoked = await call;
  if (typeof invoked === 'string')
    return refuse(response, REFUSALS[invoked](scheduler.arnOf(deployment.config)));
  const { requestId, version } = invoked;
  const outcome = await collectOutcome(invoked.outcome);
  response.writeHead(200, {
    'content-type': outcome.contentType,
    'content-length': outcome.body.length,
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': version,
    ...(outcome.errorType !== undefined && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(outcome.body);
}

/** `ANY /url/{name}/…`, as a function URL. */
async function invokeByUrl(
  { scheduler, request, response, deployment }: Call,
  target: { rawPath: string; query: string },
): Promise<void> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  const event = requestToEvent(request, { ...target, name: deployment.config.name, body });
  const invoked = await scheduler.invoke(deployment, callOf(request, Buffer.from(JSON.stringify(event))));
  if (typeof invoked === 'string')
    return refuse(response, REFUSALS[invoked](scheduler.arnOf(deployment.config)));
  if (invoked.outcome.stream) return streamOutcome(invoked, response);
  const answer = outcomeToHttp(invoked.outcome);
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': answer.body.length,
    'x-amzn-requestid': invoked.requestId,
  });
  response.end(answer.body);
}

/** Forwards the answer of a streaming handler as it arrives. */
async function streamOutcome({ requestId, outcome }: Invoked, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await readPrelude(outcome);
  response.writeHead(status, { ...headers, 'x-amzn-requestid': requestId });
  await pipeline(body, response).catch(() => response.destroy());
}

async function route(
  scheduler: Scheduler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  const [, direct] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(path) ?? [];
  const [, byUrl, rawPath = '/'] = /^\/url\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const named = request.method === 'POST' ? (direct ?? byUrl) : byUrl;
  if (named === undefined) return serveControl(scheduler, request, response, path);
  const reference = readReference(named);
  const deployment = findDeployment(scheduler, request, reference);
  if (typeof deployment === 'string')
    return refuse(response, REFUSALS[deployment](scheduler.arnOf(reference)));
  const call = { scheduler, request, response, deployment };
  return byUrl === undefined ? invokeDirectly(call) : invokeByUrl(call, { rawPath, query });
}

/**
 * Opens the invoke endpoints on 127.0.0.1.
 *
 * @throws {PlatformError} `ERR_LISTEN`
 */
export async function serveInvocations(
  scheduler: Scheduler,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const { server, port: actual } = await listen((request, response) => {
    route(scheduler, request, response).catch((error: unknown) => {
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
      // The last answers are being sent.
      await Promise.race([closed, sleep(CLOSE_MILLIS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}
