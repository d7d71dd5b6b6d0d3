import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { countSpans } from './span-count.ts';

async function makeSpans(count: number): Promise<ReturnType<InMemorySpanExporter['getFinishedSpans']>> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  for (let i = 0; i < count; i += 1)
    provider
      .getTracer(`scope ${i % 2}`)
      .startSpan(`span ${i}`, { attributes: { i } })
      .end();
  await provider.forceFlush();
  return exporter.getFinishedSpans();
}

test('counts the spans in the requests of an OpenTelemetry exporter', async () => {
  const spans = await makeSpans(5);
  const json = Buffer.from(JsonTraceSerializer.serializeRequest(spans)!);
  const protobuf = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
  expect(countSpans(json, 'application/json')).toBe(5);
  expect(countSpans(protobuf, 'application/x-protobuf')).toBe(5);
  expect(countSpans(Buffer.from('{}'), 'application/json; charset=utf-8')).toBe(0);
});

test('throws for a body that it cannot read', () => {
  expect(() => countSpans(Buffer.from('not JSON'), 'application/json')).toThrow(SyntaxError);
  expect(() => countSpans(Buffer.from([0x0a, 0x80]), 'application/x-protobuf')).toThrow('too early');
});
