import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlatformError } from './errors.ts';
import { readFunctionReference } from './function-name.ts';
import { readBody, sendJson } from './http.ts';
import type { Scheduler } from './scheduler.ts';

const MAX_BODY_BYTES = 64 * 1024;

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { code, message });
}

/** `POST /control/evictions`. */
async function pauseEvictions(
  scheduler: Scheduler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let paused: unknown;
  try {
    ({ paused } = JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString()) as { paused?: unknown });
  } catch {
    paused = undefined;
  }
  if (typeof paused !== 'boolean')
    return refuse(response, 400, 'ERR_BODY', 'send {"paused":true} or {"paused":false}');
  scheduler.evictionsPaused = paused;
  sendJson(response, 200, { paused });
}

/** `POST /control/deploys`. */
async function deploy(
  scheduler: Scheduler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A deploy runs the code that it names. A web page in a local browser cannot send this type without a CORS preflight.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return refuse(response, 415, 'ERR_BODY', 'send application/json');
  let body: unknown;
  try {
    body = JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString());
  } catch {
    return refuse(response, 400, 'ERR_BODY', 'send JSON: {"function":"name or ARN","changes":{}}');
  }
  const named = body !== null && typeof body === 'object' && 'function' in body ? body.function : undefined;
  const deployment = scheduler.find(readFunctionReference(String(named)));
  if (deployment === 'unknown-function')
    return refuse(response, 404, 'ERR_NOT_FOUND', `there is no function ${JSON.stringify(named)}`);
  if (typeof deployment === 'string')
    return refuse(response, 400, 'ERR_BODY', `${JSON.stringify(named)} is several functions: give the ARN`);
  try {
    sendJson(response, 200, await scheduler.deploy(deployment, body));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    refuse(response, error.code === 'ERR_CONFIG' ? 400 : 422, error.code, error.message);
  }
}

function status(scheduler: Scheduler): unknown {
  const sandboxes = scheduler.status();
  const functions: Record<string, Record<string, number>> = {};
  for (const { function: name, state } of sandboxes) {
    const counts = (functions[name] ??= { starting: 0, busy: 0, idle: 0, frozen: 0, stopping: 0 });
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return { evictionsPaused: scheduler.evictionsPaused, functions, sandboxes };
}

/** Requests other than function calls: the platform's reports and the commands to it. */
export async function serveControl(
  scheduler: Scheduler,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const endpoint = `${request.method} ${path}`;
  if (endpoint === 'GET /truth') return sendJson(response, 200, scheduler.truth.summary());
  if (endpoint === 'GET /status') return sendJson(response, 200, status(scheduler));
  if (endpoint === 'GET /healthz') return sendJson(response, 200, { status: 'ok' });
  if (endpoint === 'POST /control/evictions') return pauseEvictions(scheduler, request, response);
  if (endpoint === 'POST /control/deploys') return deploy(scheduler, request, response);
  refuse(response, 404, 'ERR_NOT_FOUND', `${endpoint} is unknown`);
}
