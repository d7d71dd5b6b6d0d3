import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProtoWriter } from '../../../otlp/proto-writer.ts';
import { imported } from '../../imported.fixture.ts';
import { ProtoMessages } from './proto-messages.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-otlp-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function made(content: string | Buffer): string {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
}

const span = (number: number): object => ({
  traceId: 'a'.repeat(32),
  spanId: String(number).padStart(16, '0'),
  name: 'x',
  startTimeUnixNano: '1748779200000000001',
  endTimeUnixNano: 1748779200000000,
});
const request = (...spans: object[]): string =>
  JSON.stringify({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 's' }, spans }] }],
  });

describe('traces of OpenTelemetry in JSON', () => {
  it('are sent in portions, each with its resource and scope', async () => {
    const many = Array.from({ length: 4500 }, (_, index) => span(index + 1));
    const { summary, sent, spans } = await imported('otlp', [made(request(...many))]);
    expect(summary).toMatchObject({ spans: 4500, broken: 0 });
    expect(sent.split('\n')).toHaveLength(3);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4500);
    expect(spans.every(({ resource }) => resource['sandscope.import.name'] === 'test')).toBe(true);
  });

  it('lose only the broken line, and no digit', async () => {
    const long = request(span(1))
      .replace('1748779200000000,', '1748779200000000123,')
      .replace('"endTimeUnixNano":1748779200000000', '"endTimeUnixNano":1748779200000000123');
    const path = made(
      [long, '{"resourceSpans":[{"resource":{}', '{"resourceSpans":[7]}', request(span(2))].join('\n'),
    );
    const { sent, summary, spans } = await imported('otlp', [path]);
    expect(spans.map(({ spanId }) => Number(spanId))).toEqual([1, 2]);
    expect(sent).toContain('1748779200000000123');
    expect(summary.firstBroken.map(({ line }) => line)).toEqual([2, 3]);
  });

  it('of other signals are left out, with a notice', async () => {
    const { notices, spans } = await imported('otlp', [
      made(`{"resourceMetrics":[]}\n${request(span(1))}\n`),
    ]);
    expect(spans).toHaveLength(1);
    expect(notices).toEqual([expect.stringContaining('1 records are logs, metrics or profiles')]);
  });
});

describe('traces of OpenTelemetry in protobuf', () => {
  const message = (bytes: number): Buffer => new ProtoWriter().message(1, Buffer.alloc(bytes, 1)).finish();
  const read = (content: Buffer, chunkBytes: number, isPrefixed = false): unknown[] => {
    const messages = new ProtoMessages({ maxBytes: 1000, isPrefixed });
    const found: unknown[] = [];
    for (let from = 0; from < content.byteLength; from += chunkBytes) {
      found.push(...messages.push(content.subarray(from, from + chunkBytes)));
    }
    return [...found, ...messages.end()].map((item) => {
      const { number, bytes, fault } = item as { number: number; bytes?: Buffer; fault?: string };
      return [number, bytes?.byteLength ?? fault];
    });
  };

  it('are split wherever chunks end; one that is too long is skipped', () => {
    const content = Buffer.concat([message(10), message(5000), message(300)]);
    const expected = [
      [1, 10],
      [2, 'it is longer than 1000 bytes'],
      [3, 300],
    ];
    for (const chunkBytes of [1, 7, 500, 10_000]) expect(read(content, chunkBytes)).toEqual(expected);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.byteLength);
    const prefixed = Buffer.concat([length, content, length, content]);
    const twice = [...expected, ...expected.map(([number, what]) => [Number(number) + 3, what])];
    for (const chunkBytes of [1, 7, 500, 20_000]) expect(read(prefixed, chunkBytes, true)).toEqual(twice);
  });

  it('that end too early or become invalid are reported', () => {
    expect(read(message(300).subarray(0, 200), 50)).toEqual([[1, 'it has no end']]);
    expect(read(Buffer.concat([message(10), Buffer.from('hello')]), 5)).toEqual([
      [1, 10],
      [2, 'it is not a trace request; the rest is skipped'],
    ]);
  });
});
