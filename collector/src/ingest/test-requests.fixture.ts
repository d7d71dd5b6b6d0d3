import { createHash } from 'node:crypto';

/** An OTLP/JSON request with a span for each name; ids are derived from the names. */
export function requestBody(...names: string[]): Uint8Array<ArrayBuffer> {
  const spans = names.map((name) => {
    const id = createHash('sha256').update(name).digest('hex');
    return {
      traceId: id.slice(0, 32),
      spanId: id.slice(32, 48),
      name,
      startTimeUnixNano: '1780000000000000001',
      endTimeUnixNano: '1780000000000000002',
    };
  });
  return new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}
