/** Files as an attacker, or a broken disk, would produce them. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imported } from '../../collector/src/import/imported.fixture.ts';
import { importInChild } from './import-child.ts';
import { hugeLog } from './huge-log.ts';

const STREAM = '2025/06/01/[$LATEST]0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const MIB = 1024 ** 2;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-hostile-'));
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

const report = (number: number): string =>
  JSON.stringify({
    logStreamName: STREAM,
    timestamp: Date.UTC(2025, 5, 1) + number,
    message: `REPORT RequestId: ${String(number).padStart(8, '0')}-1111-4222-8333-444455556666\tDuration: 1.00 ms\tBilled Duration: 1 ms\t\n`,
  });

function* between(good: number, bad: Iterable<Buffer | string>): Generator<Buffer | string> {
  yield `${report(good)}\n`;
  yield* bad;
  yield `\n${report(good + 1)}\n`;
}

function* repeated(text: string, bytes: number): Generator<Buffer> {
  const block = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)));
  for (let left = bytes; left > 0; left -= block.byteLength) yield block;
}

async function made(name: string, content: Iterable<Buffer | string>): Promise<string> {
  const path = join(folder, name);
  await pipeline(Readable.from(content, { objectMode: true }), createWriteStream(path));
  return path;
}

describe('a file of hostile content', () => {
  it.each([
    [
      'a line that does not end for long',
      ['{"timestamp":1,"message":"', ...repeated('x', 40 * MIB), '"}'],
      'it is longer than',
    ],
    [
      'lists in lists',
      ['{"timestamp":1,"message":', ...repeated('[', 20 * MIB), ...repeated(']', 20 * MIB), '}'],
      'it is nested deeper than 64 levels',
    ],
    ['objects in objects', ['{"a":', ...repeated('{"a":', 20 * MIB)], ''],
    ['a text without an end', ['{"timestamp":1,"message":"START'], 'a text in it has no end'],
    ['bytes that are no text', [Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80])], ''],
  ])('costs what is broken in it, and no memory: %s', async (name, bad, reason) => {
    const path = await made(`${name}.ndjson`, between(1, bad));
    const before = process.memoryUsage().rss;
    const { spans, summary } = await imported('cloudwatch', [path]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
    expect(summary.broken).toBeGreaterThan(0);
    expect(summary.firstBroken[0]?.line).toBe(2);
    expect(summary.firstBroken[0]?.reason).toContain(reason);
    const found = spans.map(({ attributes }) => String(attributes['faas.invocation_id']).slice(0, 8));
    // A record without an end takes the rest of the file with it, and is reported once.
    expect(found).toEqual(name === 'objects in objects' ? ['00000001'] : ['00000001', '00000002']);
  });

  it.each([
    ['gzip', createGzip],
    ['zstd', createZstdCompress],
  ])('that unpacks to far more than it is, is given up: %s', async (name, pack) => {
    const path = join(folder, `bomb.${name}`);
    const bomb = Readable.from(between(1, repeated(' ', 100 * MIB)), { objectMode: true });
    await pipeline(bomb, pack(), createWriteStream(path));
    const { summary } = await imported('cloudwatch', [path]);
    expect(summary.failedFiles).toEqual([
      { file: path, code: 'ERR_IMPORT_INPUT', message: `${path} expands to more than 200 times its size` },
    ]);
  });

  it('that ends too early keeps what came before', async () => {
    const whole = gzipSync(Array.from({ length: 5000 }, (_, index) => `${report(index)}\n`).join(''));
    const path = await made('cut.json.gz', [whole.subarray(0, whole.byteLength / 2)]);
    const { spans, summary } = await imported('cloudwatch', [path]);
    expect(spans.length).toBeGreaterThan(1000);
    expect(summary.failedFiles).toMatchObject([{ code: 'ERR_IMPORT_INPUT' }]);
  });

  it('packed twice is of another format', async () => {
    const path = await made('twice.gz', [gzipSync(gzipSync(report(1)))]);
    const { summary } = await imported('cloudwatch', [path]);
    expect(summary.failedFiles).toMatchObject([{ code: 'ERR_IMPORT_FORMAT' }]);
  });

  it('in a table costs the row', async () => {
    const row = (number: number): string =>
      `2025-06-01 12:00:00.${String(number).padStart(3, '0')},${number}-x,1.0,${STREAM}\n`;
    const path = await made('rows.csv', [
      '@timestamp,@requestId,@duration,@logStream\n',
      row(1),
      'a,b\n',
      '2025-06-01 12:00:00.002,"',
      ...repeated('x', 20 * MIB),
      '",1,s\n',
      row(3),
    ]);
    const { spans, summary } = await imported('cloudwatch', [path]);
    expect(spans.map(({ attributes }) => attributes['faas.invocation_id'])).toEqual(['1-x', '3-x']);
    expect(summary.broken).toBeGreaterThanOrEqual(2);
    expect(summary.firstBroken[0]?.line).toBe(3);
  });
});

describe('a huge file', () => {
  // The long form, `npm run bench:import -- --gibibytes 10`, does the same with more data.
  it('is read in constant memory', async () => {
    // The heap grows to its usual size within the first of them.
    const few = await importInChild(hugeLog(64 * MIB));
    const many = await importInChild(hugeLog(192 * MIB));
    expect(few).toMatchObject({ broken: 0 });
    expect(many.spans).toBeGreaterThan(2.9 * few.spans);
    expect(many.peakBytes - few.peakBytes).toBeLessThan(64 * MIB);
  });
});
