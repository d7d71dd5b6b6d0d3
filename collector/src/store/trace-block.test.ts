import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as semconv from '@sandscope/probes/semconv';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { spanRow } from './test-rows.ts';
import { TraceBlock } from './trace-block.ts';
import type { TraceRow } from './trace-row.ts';
import { readNativeRows, readTraceRows } from './trace-rows.fixture.ts';
import { writeTraceRow } from './write-trace-row.fixture.ts';

const NOW = Date.now();

function row(index: number, attributes: Record<string, string | number> = {}): TraceRow {
  return {
    ...spanRow({ startMs: NOW + index, resource: { [semconv.ATTR_SERVICE_NAME]: 'block' }, attributes }),
    'Events.Timestamp': index % 3 === 0 ? ['1.000000001', '2.000000002'] : [],
    'Events.Name': index % 3 === 0 ? ['retry', `event ${index}`] : [],
    'Events.Attributes': index % 3 === 0 ? [{ 'retry.count': String(index) }, {}] : [],
    EventAttributeTypes: index % 3 === 0 ? [{ 'retry.count': 'int' }, {}] : [],
    EventDroppedAttributesCounts: index % 3 === 0 ? [0, 4_000_000_000] : [],
  };
}

function pack(rows: readonly TraceRow[]): Buffer {
  const block = new TraceBlock();
  for (const one of rows) writeTraceRow(block, one);
  return block.take();
}

function native(...packed: readonly Uint8Array[]): Buffer {
  const block = new TraceBlock();
  for (const one of packed) block.append(one);
  return Buffer.concat(Array.from(block.takeNative(0), (piece) => Buffer.from(piece)));
}

describe('a block of spans', () => {
  it('holds what was added, packed and in one block of many', () => {
    const rows = Array.from({ length: 10 }, (_, index) => row(index, { [`key ${index}`]: 'ä', n: index }));
    expect(readTraceRows(pack(rows))).toEqual(rows);
    const parts = [rows.slice(0, 1), [], rows.slice(1, 4), rows.slice(4)].map(pack);
    expect(readNativeRows(native(...parts))).toEqual(rows);
  });

  it('is empty without rows, and after they were taken', () => {
    expect(pack([])).toHaveLength(0);
    expect(native(pack([]))).toHaveLength(0);
    const block = new TraceBlock();
    writeTraceRow(block, row(1));
    block.take();
    expect([block.rows, block.take().length]).toEqual([0, 0]);
  });

  it('is as before when a row has no times', () => {
    const block = new TraceBlock();
    writeTraceRow(block, row(1));
    for (const bad of [{ Timestamp: 'now' }, { Duration: '-1' }, { 'Events.Timestamp': ['x'] }]) {
      expect(() => writeTraceRow(block, { ...row(2), ...bad })).toThrow(
        expect.objectContaining({ code: 'ERR_STORE_REJECTED' }) as Error,
      );
    }
    expect(readTraceRows(block.take())).toEqual([row(1)]);
  });

  it('begins anew after it was left half written', () => {
    const rows = Array.from({ length: 3000 }, (_, index) => row(index, { text: 'x'.repeat(1000) }));
    const block = new TraceBlock();
    for (const part of [rows.slice(0, 1500), rows.slice(1500)].map(pack)) block.append(part);
    for (const _ of block.takeNative(0)) break;
    block.clear();
    block.append(pack(rows.slice(0, 2)));
    const pieces = Array.from(block.takeNative(0), (piece) => Buffer.from(piece));
    expect(readNativeRows(Buffer.concat(pieces))).toEqual(rows.slice(0, 2));
  });

  it('refuses packed rows that end early, wherever they do', () => {
    const packed = pack([row(0, { a: 'b' }), row(1)]);
    for (let length = 1; length < packed.length; length++)
      expect(() => native(packed.subarray(0, length)), String(length)).toThrow(RangeError);
  });
});

describe('the engine', () => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine();
  });
  afterAll(async () => {
    await test.close();
  });

  // Dictionary indexes take one, two or four bytes.
  it.each([200, 300, 70_000])('reads a block whose dictionary has %i keys', async (keys) => {
    const service = `keys-${keys}`;
    const perRow = 100;
    const rows = Array.from({ length: Math.ceil(keys / perRow) }, (_, index) => {
      const named = Array.from(
        { length: perRow },
        (_entry, at) => [`key-${index * perRow + at}`, at] as const,
      );
      return spanRow({
        startMs: NOW + index,
        name: `name ${index}`,
        resource: { [semconv.ATTR_SERVICE_NAME]: service },
        attributes: Object.fromEntries(named),
      });
    });
    const half = Math.floor(rows.length / 2);
    await test.writer.insertPacked([pack(rows.slice(half)), pack(rows.slice(0, half))], service);
    const stored = await test.store.query<{
      SpanName: string;
      SpanAttributes: object;
      SpanAttributeTypes: object;
    }>(
      `SELECT SpanName, SpanAttributes, SpanAttributeTypes FROM sandscope.otel_traces
       WHERE ServiceName = {service:String} ORDER BY Timestamp`,
      { service },
    );
    expect(stored).toEqual(
      rows.map(({ SpanName, SpanAttributes, SpanAttributeTypes }) => ({
        SpanName,
        SpanAttributes,
        SpanAttributeTypes,
      })),
    );
  });
});
