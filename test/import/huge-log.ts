/**
 * A CloudWatch log of any length, generated on the fly, and the cost of importing it:
 *
 *     npm run bench:import -- --gibibytes 10
 */
import { parseArgs } from 'node:util';

const GIB = 1024 ** 3;
const STREAMS = 50;
const PORTION = 200;

/** About this many bytes of a log in NDJSON: START, a line of the application, END and REPORT per invocation. */
export function* hugeLog(bytes: number): Generator<Buffer> {
  let made = 0;
  for (let number = 0; made < bytes; number += PORTION) {
    const block = Buffer.from(
      Array.from({ length: PORTION }, (_, index) => invocation(number + index)).join(''),
    );
    made += block.byteLength;
    yield block;
  }
}

function invocation(number: number): string {
  const id = `${number.toString(16).padStart(8, '0')}-1111-4222-8333-444455556666`;
  const logStreamName = `2025/06/01/[$LATEST]${String(number % STREAMS).padStart(32, '0')}`;
  const timestamp = Date.UTC(2025, 5, 1) + number * 20;
  const event = (millis: number, message: string): string =>
    `${JSON.stringify({ logStreamName, timestamp: timestamp + millis, message })}\n`;
  return (
    event(0, `START RequestId: ${id} Version: $LATEST\n`) +
    event(1, `2025-06-01T00:00:00.000Z\t${id}\tINFO\t${'order of somebody '.repeat(20)}\n`) +
    event(13, `END RequestId: ${id}\n`) +
    event(
      13,
      `REPORT RequestId: ${id}\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t\n`,
    )
  );
}

if (import.meta.main) {
  const { importInChild } = await import('./import-child.ts');
  const { values } = parseArgs({ options: { gibibytes: { type: 'string', default: '10' } } });
  const bytes = Number(values.gibibytes) * GIB;
  const began = performance.now();
  const { spans, broken, peakBytes } = await importInChild(hugeLog(bytes));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    JSON.stringify({
      node: process.version,
      bytes,
      spans,
      broken,
      seconds: Math.round(seconds),
      mebibytesPerSecond: Math.round(bytes / 1024 ** 2 / seconds),
      peakMebibytes: Math.round(peakBytes / 1024 ** 2),
    }),
  );
}
