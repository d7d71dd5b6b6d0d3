/**
 * The program that runs in a sandbox: a client of the Lambda Runtime API that loads a handler and passes it one event
 * at a time, without any code of the platform. Runs on Node 20 and later.
 */
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { RuntimeClient, toRuntimeError, type InvocationEvent } from './client.ts';
import { HandlerError, loadHandler, type Handler } from './load-handler.ts';
import { runHandler, runStreaming, runWithCallback, type Ending } from './run-handler.ts';
import { defineGlobals, isStreaming } from './streaming.ts';

/** A runtime of the pool waits for its function: for the environment of a sandbox, and the log of the function. */
async function waitForFunction(): Promise<void> {
  const closed = once(process.stdin, 'close');
  const input = await text(process.stdin);
  // The platform has ended, or needs this runtime no longer.
  if (input === '') process.exit(0);
  await closed;
  const { environment, logFile } = JSON.parse(input) as {
    environment: Record<string, string>;
    logFile: string;
  };
  // A file that is opened takes the lowest free descriptor: the input is empty, and all output goes to the log.
  for (const [descriptor, file] of ['/dev/null', logFile, logFile].entries()) {
    try {
      closeSync(descriptor);
    } catch {
      // The input is closed already.
    }
    openSync(file, descriptor === 0 ? 'r' : 'a');
  }
  delete process.env['LOCAL_PLATFORM_POOLED'];
  Object.assign(process.env, environment);
}

if (process.env['LOCAL_PLATFORM_POOLED'] !== undefined) await waitForFunction();

const {
  AWS_LAMBDA_RUNTIME_API: address = '',
  AWS_LAMBDA_MAX_CONCURRENCY: maxConcurrency = '1',
  LAMBDA_TASK_ROOT: taskRoot = process.cwd(),
  _HANDLER: handlerName = '',
  LOCAL_PLATFORM_RUNTIME_CLIENT: runtimeClient = '4',
  LOCAL_PLATFORM_FETCHES_CODE: fetchesCode,
} = process.env;
delete process.env['LOCAL_PLATFORM_RUNTIME_CLIENT'];
delete process.env['LOCAL_PLATFORM_FETCHES_CODE'];
const runBuffered = runtimeClient === '3' ? runWithCallback : runHandler;
const concurrency = Number(maxConcurrency);
const client = new RuntimeClient(address, concurrency);
/** Invocations in progress, by request id: when the handler was called. */
const open = new Map<string, number>();

let initialised = false;

/** Reports an uncaught error, and ends the process as Lambda's runtime does. */
async function crash(thrown: unknown, exitCode: number): Promise<never> {
  console.error(thrown);
  const posted = toRuntimeError(thrown);
  try {
    await (initialised
      ? Promise.all(Array.from(open, ([requestId, startedAt]) => client.fail(requestId, posted, startedAt)))
      : client.failInit(posted));
  } finally {
    process.exit(exitCode);
  }
}

process.on('uncaughtException', (error) => void crash(error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new HandlerError('Runtime.UnhandledPromiseRejection', toRuntimeError(reason).errorMessage);
  if (reason instanceof Error && reason.stack !== undefined) error.stack = reason.stack;
  void crash(error, 128);
});

function toJson(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new HandlerError('Runtime.MarshalError', 'Unable to stringify response body');
  }
}

async function answer(id: string, ending: Ending, startedAt: number): Promise<void> {
  if (ending.kind === 'stuck')
    return crash(
      new HandlerError('Runtime.NodeJsExit', 'The handler waits for something that cannot come.'),
      1,
    );
  try {
    if (ending.kind === 'error') throw ending.error;
    const body = toJson(ending.result);
    return await client.respond(id, body, startedAt);
  } catch (error) {
    console.error(error);
    await client.fail(id, toRuntimeError(error), startedAt);
  }
}

async function handleOne(handler: Handler, { headers, body }: InvocationEvent): Promise<void> {
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const traceId = headers['lambda-runtime-trace-id'];
  // With concurrent invocations, the variable could only belong to one of them.
  if (typeof traceId === 'string' && concurrency === 1) process.env['_X_AMZN_TRACE_ID'] = traceId;
  else delete process.env['_X_AMZN_TRACE_ID'];
  const event: unknown = JSON.parse(body);
  const startedAt = Math.round((performance.timeOrigin + performance.now()) * 1000);
  open.set(requestId, startedAt);
  const ending = isStreaming(handler)
    ? await runStreaming(handler, event, headers, () => client.stream(requestId, startedAt))
    : await runBuffered(handler, event, headers);
  if (ending !== undefined) await answer(requestId, ending, startedAt);
  open.delete(requestId);
}

async function work(handler: Handler): Promise<never> {
  for (;;) {
    // Without the platform there is nothing left to do, and nobody to report to.
    const event = await client.next().catch(() => process.exit(0));
    await handleOne(handler, event);
  }
}

async function init(): Promise<Handler> {
  if (fetchesCode !== undefined) await client.fetchCode();
  // Entering the namespaces of a host may have changed it.
  process.chdir(taskRoot);
  defineGlobals();
  try {
    const loaded = await loadHandler(taskRoot, handlerName);
    if (runBuffered === runHandler && loaded.length > 2 && !isStreaming(loaded))
      throw new HandlerError(
        'Runtime.CallbackHandlerDeprecated',
        'handlers that take a callback need runtimeClient 3, the runtime of Node.js 22 and before',
      );
    return loaded;
  } catch (error) {
    return crash(error, 1);
  }
}

const handler = await init();
initialised = true;
await Promise.all(Array.from({ length: concurrency }, () => work(handler)));
