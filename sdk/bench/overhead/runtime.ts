/**
 * Runs in the child process: a client of the Lambda Runtime API that takes its own measurements around the call of the
 * handler. It is bundled before it runs, so that no child has to compile TypeScript.
 *
 * An event `{"overheadBench": "report"}` does not go to the handler: it is answered with the measurements so far.
 */
import { createContext } from '../../../examples/local-platform/src/runtime/context.ts';
import { loadHandler } from '../../../examples/local-platform/src/runtime/load-handler.ts';
import { RuntimeClient } from './runtime-client.ts';
import type { RuntimeReport } from './runtime-report.ts';

const {
  AWS_LAMBDA_RUNTIME_API: address = '',
  LAMBDA_TASK_ROOT: taskRoot = '',
  _HANDLER: name = '',
} = process.env;

/** User and system CPU time of this process with all its threads since it started, µs (getrusage(2)). */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const callNanos: number[] = [];
const callCpuMicros: number[] = [];
const restCpuMicros: number[] = [];
let startupCpuMicros = 0;
let settledCpuMicros: number | undefined;

const report = (): RuntimeReport => ({ startupCpuMicros, callNanos, callCpuMicros, restCpuMicros });

const client = new RuntimeClient(3, address);
const handler = await loadHandler(taskRoot, name);
for (;;) {
  const next = await client.next();
  if (next === undefined) process.exit(0);
  const { headers, body } = next;
  const receivedCpuMicros = cpuMicros();
  if (settledCpuMicros !== undefined) restCpuMicros.push(receivedCpuMicros - settledCpuMicros);
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const event = JSON.parse(body) as { overheadBench?: string };
  if (event.overheadBench === 'report') {
    settledCpuMicros = undefined;
    client.respond(requestId, JSON.stringify(report()));
    continue;
  }
  process.env['_X_AMZN_TRACE_ID'] = String(headers['lambda-runtime-trace-id']);
  const context = createContext(headers);
  const startCpuMicros = cpuMicros();
  const startNanos = process.hrtime.bigint();
  const result = await handler(event, context);
  const endNanos = process.hrtime.bigint();
  settledCpuMicros = cpuMicros();
  if (callNanos.length === 0) startupCpuMicros = settledCpuMicros;
  callNanos.push(Number(endNanos - startNanos));
  callCpuMicros.push(settledCpuMicros - startCpuMicros);
  // Lambda's runtime lets one turn of the event loop pass before it posts.
  await new Promise((resolve) => setImmediate(resolve));
  client.respond(requestId, JSON.stringify(result));
}
