import { TraceBlock } from '../store/trace-block.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import type { TraceRequestSummary } from './encode.ts';
import { TraceEncoder } from './encode.ts';
import type { OtlpEncoding } from './encoding.ts';

export const TRACE_ID = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex').toString('base64');
export const SPAN_ID = Buffer.from('eee19b7ec3c1b174', 'hex').toString('base64');
export const PARENT_ID = Buffer.from('eee19b7ec3c1b173', 'hex').toString('base64');

/** Times of a span that lasted five nanoseconds in 2017. */
export const TIMES = {
  startTimeUnixNano: '1500000000000000000',
  endTimeUnixNano: '1500000000000000005',
};

export function requestOf(...spans: object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

export function spanWith(fields: object): object {
  return { traceId: TRACE_ID, spanId: SPAN_ID, name: 'op', ...TIMES, ...fields };
}

export const encoder = new TraceEncoder();

/** The rows as the engine would read them. */
export function rowsOf(body: Uint8Array, encoding: OtlpEncoding): TraceRow[] {
  const out = new TraceBlock();
  for (const _ of encoder.encode(body, encoding, out));
  return readTraceRows(out.take());
}

export function summarizeTraces(body: Uint8Array, encoding: OtlpEncoding): TraceRequestSummary {
  return encoder.encodeRequest(body, encoding).summary;
}

export function jsonRows(text: string): TraceRow[] {
  return rowsOf(new TextEncoder().encode(text), 'json');
}

export function spanJson(fields: string): string {
  const ids = '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"';
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids},${fields}}]}]}]}`;
}

/** A protobuf varint. */
export const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
/** A bytes field. */
export const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
