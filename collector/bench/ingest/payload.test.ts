import { describe, expect, it } from 'vitest';
import * as semconv from '@sandscope/probes/semconv';
import { TraceEncoder } from '../../src/otlp/index.ts';
import { readTraceRows } from '../../src/store/trace-rows.fixture.ts';
import type { TraceRow } from '../../src/store/trace-row.ts';
import {
  ATTRIBUTES_A_SPAN,
  INVOCATIONS_A_REQUEST,
  makePayload,
  SPANS_A_REQUEST,
  type Payload,
  type PayloadEncoding,
} from './payload.ts';

function rowsOf(payload: Payload, encoding: PayloadEncoding): TraceRow[] {
  const { rows, summary } = new TraceEncoder().encodeRequest(payload.bytes, encoding);
  expect(summary).toEqual({ spans: SPANS_A_REQUEST, rejected: 0, message: '' });
  return readTraceRows(rows ?? new Uint8Array());
}

describe.each(['protobuf', 'json'] as const)('the payload in %s', (encoding) => {
  it('holds what it says', () => {
    const payload = makePayload(encoding);
    payload.stamp(1);
    const rows = rowsOf(payload, encoding);
    expect(new Set(rows.map((row) => Object.keys(row.SpanAttributes).length))).toEqual(
      new Set([ATTRIBUTES_A_SPAN]),
    );
    const invocations = rows.filter(
      (row) => row.SpanKind === 'Server' && row.SpanAttributes[semconv.ATTR_SANDBOX_ID] !== undefined,
    );
    expect(invocations).toHaveLength(INVOCATIONS_A_REQUEST);
    const parents = new Set(rows.map((row) => row.ParentSpanId).filter(Boolean));
    expect(parents).toEqual(new Set(invocations.map((row) => row.SpanId)));
    expect(rows.filter((row) => row['Events.Name'].length > 0).length).toBeGreaterThan(0);
    expect(rows.filter((row) => row['Links.SpanId'].length > 0).length).toBeGreaterThan(0);
  });

  it('has a secret in as many spans as asked for', () => {
    const rows = rowsOf(makePayload(encoding, { secretEvery: 100 }), encoding);
    const secrets = rows.filter(
      ({ SpanAttributes }) => 'http.request.header.authorization' in SpanAttributes,
    );
    expect(secrets).toHaveLength(SPANS_A_REQUEST / 100);
    expect(secrets.map(({ SpanAttributes }) => Object.keys(SpanAttributes).length)).toEqual(
      secrets.map(() => ATTRIBUTES_A_SPAN),
    );
  });

  it('is another one after every stamp', () => {
    const payload = makePayload(encoding);
    const ids = new Set<string>();
    const sandboxes = new Set<string | undefined>();
    const functions = new Set<string | undefined>();
    for (const serial of [1, 11, 0xffff]) {
      const before = Date.now();
      payload.stamp(serial);
      const after = Date.now();
      const rows = rowsOf(payload, encoding);
      const newest = Math.max(...rows.map((row) => Number(row.Timestamp) * 1000));
      expect(newest).toBeGreaterThan(before - 100);
      expect(newest).toBeLessThanOrEqual(after + 1);
      for (const row of rows) {
        functions.add(row.ResourceAttributes[semconv.ATTR_FAAS_NAME]);
        ids.add(row.TraceId + row.SpanId);
        if (row.SpanKind === 'Server') sandboxes.add(row.SpanAttributes[semconv.ATTR_SANDBOX_ID]);
      }
    }
    expect(ids.size).toBe(3 * SPANS_A_REQUEST);
    expect(sandboxes.size).toBe(2 * 4); // the first two requests of a function use the same group of sandboxes
    expect(functions).toEqual(new Set(['bench-1', 'bench-5']));
  });
});
