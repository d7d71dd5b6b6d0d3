/**
 * The cost of recording an event before the handler, and of describing it after the response: in a loop, and after a
 * pause of 2 ms, when the caches are cold, as between invocations. The first line is the time of two readings of the
 * clock, which all figures include.
 *
 *     node sdk/bench/event.bench.ts
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeEvent } from '../src/events/describe-event.ts';
import { readEventFacts } from '../src/events/read-event.ts';
import { sqs, sqsAttributes, traceparent, xray } from '../src/events/test-events.ts';
import { parseTraceHeaders } from '../src/trace/trace-context.ts';
import { readTraceHeaders } from '../src/trace/trace-headers.ts';

const LOOP = 5000;
const PAUSES = 400;
const WARM_UP = 500;

const headers = Object.fromEntries(
  Array.from({ length: 22 }, (_, i) => [`X-Forwarded-Header-${i}`.slice(0, 10 + (i % 9)) + i, `value ${i}`]),
);
const named = { ...headers, 'X-Amzn-Trace-Id': xray(1), traceparent: traceparent(1) };
const EVENTS: Record<string, object> = {
  'own payload': { a: 1, b: 2, name: 'x', list: [1, 2, 3] },
  'API Gateway, 24 headers': {
    httpMethod: 'GET',
    headers: named,
    multiValueHeaders: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, [value]])),
    requestContext: { httpMethod: 'GET', requestTimeEpoch: Date.now(), identity: {} },
  },
  'SQS, 10 records': sqs(
    ...Array.from({ length: 10 }, (_, i) => ({
      body: JSON.stringify({ text: 'x'.repeat(500), i }),
      xray: xray(i),
      messageAttributes: sqsAttributes(i),
    })),
  ),
};

interface Taken {
  readonly trace: ReturnType<typeof readTraceHeaders>;
  readonly event: ReturnType<typeof readEventFacts>;
}

const context = { awsRequestId: 'r', invokedFunctionArn: 'a' };
const take = (event: unknown): Taken => ({
  trace: readTraceHeaders(event, undefined, context),
  event: readEventFacts(event),
});
const tell = ({ trace, event }: Taken): unknown =>
  describeEvent({ event, unixMs: Date.now(), context: parseTraceHeaders(trace) });

/** Median times of a step, µs: in a loop, and after pauses. */
async function measure<T>(prepare: () => T, step: (given: T) => unknown): Promise<[number, number]> {
  const timed = (): number => {
    const given = prepare();
    const start = process.hrtime.bigint();
    step(given);
    return Number(process.hrtime.bigint() - start) / 1e3;
  };
  const loop = Array.from({ length: LOOP + WARM_UP }, timed).slice(WARM_UP);
  const paused: number[] = [];
  for (let i = 0; i < PAUSES; i += 1) {
    await sleep(2);
    paused.push(timed());
  }
  return [median(loop), median(paused)];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const line = (what: string, [loop, paused]: readonly [number, number]): string =>
  `${what.padEnd(40)} loop ${loop.toFixed(2)} µs, after a pause ${paused.toFixed(1)} µs`;

process.stdout.write(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}\n`,
);
process.stdout.write(
  `${line(
    'nothing',
    await measure(
      () => undefined,
      () => undefined,
    ),
  )}\n`,
);
for (const [name, event] of Object.entries(EVENTS)) {
  // Parsed anew each time, as a runtime does.
  const text = JSON.stringify(event);
  const before = await measure(() => JSON.parse(text) as unknown, take);
  const after = await measure(() => take(JSON.parse(text)), tell);
  process.stdout.write(`${line(`${name}: record`, before)}\n${line(`${name}: describe`, after)}\n`);
}
