/**
 * What runs in a sandbox: a client of the Lambda Runtime API that loads a handler and gives it one event at a time,
 * with nothing of the platform's in it. Runs on Node 20 and later.
 */
import { RuntimeClient, toRuntimeError, type InvocationEvent } from './client.ts';
import { HandlerError, loadHandler, type Handler } from './load-handler.ts';
import { runHandler, type Ending } from './run-handler.ts';

const {
  AWS_LAMBDA_RUNTIME_API: address = '',
  LAMBDA_TASK_ROOT: taskRoot = process.cwd(),
  _HANDLER: handlerName = '',
} = process.env;
const client = new RuntimeClient(address);
let requestId: string | undefined;
let startedUnixMicros: number | undefined;

/** Reports what nobody caught, and ends the process as Lambda's runtime does. */
async function crash(thrown: unknown, exitCode: number): Promise<never> {
  console.error(thrown);
  const posted = toRuntimeError(thrown);
  try {
    await (requestId === undefined
      ? client.failInit(posted)
      : client.fail(requestId, posted, startedUnixMicros));
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
  requestId = String(headers['lambda-runtime-aws-request-id']);
  const traceId = headers['lambda-runtime-trace-id'];
  if (typeof traceId === 'string') process.env['_X_AMZN_TRACE_ID'] = traceId;
  else delete process.env['_X_AMZN_TRACE_ID'];
  const event: unknown = JSON.parse(body);
  startedUnixMicros = Math.round((performance.timeOrigin + performance.now()) * 1000);
  await answer(requestId, await runHandler(handler, event, headers), startedUnixMicros);
}

async function init(): Promise<Handler> {
  // Entering the namespaces of a host may have changed it.
  process.chdir(taskRoot);
  try {
    return await loadHandler(taskRoot, handlerName);
  } catch (error) {
    return crash(error, 1);
  }
}

const handler = await init();
for (;;) {
  // When the platform is gone there is nothing left to do, and nobody to tell.
  const event = await client.next().catch(() => process.exit(0));
  await handleOne(handler, event);
}
