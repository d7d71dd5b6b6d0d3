/**
 * The time that wrapping adds to a warm invocation before its response: calls the wrapped and the bare handler in turn;
 * shows the difference of their medians, and the value that the process itself reports as `sandscope.overhead_us`.
 * Exports go to a collector in this process, after each response, outside of the timed part (`batch`).
 *
 *     node sdk/bench/wrap.bench.ts
 */
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLES = 2000;
const WARM_UP = 500;

const overheads: number[] = [];
const collector = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    for (const match of body.matchAll(/"sandscope\.overhead_us","value":\{"intValue":"(\d+)"/g)) {
      overheads.push(Number(match[1]));
    }
    response.end('{}');
  });
});
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
const { port } = collector.address() as { port: number };
process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${port}`;
process.env['SANDSCOPE_EXPORT'] = 'batch';
const { wrap } = await import('../src/index.ts');

const bare = async (event: { a: number; b: number }, _context: object): Promise<number> => event.a + event.b;
const wrapped = wrap(async (event: { a: number; b: number }, _context: object) => event.a + event.b);

async function timeOf(handler: typeof bare, i: number): Promise<number> {
  const context = {
    awsRequestId: `r${i}`,
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f:live',
  };
  const event = {
    a: i,
    b: 1,
    headers: { host: 'x', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  };
  const start = process.hrtime.bigint();
  await handler(event, context);
  return Number(process.hrtime.bigint() - start) / 1e3;
}

const times = { bare: [] as number[], wrapped: [] as number[] };
const first = await timeOf(wrapped, 0);
for (let i = 1; i < WARM_UP + SAMPLES; i += 1) {
  const bareMicros = await timeOf(bare, i);
  const wrappedMicros = await timeOf(wrapped, i);
  // The export of one invocation is over before the next one is timed.
  await sleep(1);
  if (i < WARM_UP) continue;
  times.bare.push(bareMicros);
  times.wrapped.push(wrappedMicros);
}
await sleep(200);
collector.close();

function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

const line = (what: string, values: number[]): string =>
  `${what.padEnd(30)} median ${quantile(values, 0.5).toFixed(1)} µs, ` +
  `p25 ${quantile(values, 0.25).toFixed(1)}, p75 ${quantile(values, 0.75).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)}`;

process.stdout.write(
  [
    `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}, n = ${SAMPLES}`,
    line('bare handler', times.bare),
    line('wrapped handler', times.wrapped),
    `added by wrap (medians)        ${(quantile(times.wrapped, 0.5) - quantile(times.bare, 0.5)).toFixed(1)} µs`,
    line('sandscope.overhead_us', overheads.slice(WARM_UP)),
    `first invocation, wrapped      ${first.toFixed(0)} µs`,
    '',
  ].join('\n'),
);
