/** The real OpenTelemetry exporters, JSON and protobuf, with and without gzip: their spans read back unchanged. */
import { SpanKind, SpanStatusCode, TraceFlags, context, trace, type Attributes } from '@opentelemetry/api';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { flat, type Spans } from '../support/otlp-json.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson } from '../support/stack.ts';

const ATTRIBUTES: Attributes = {
  text: 'häßlich ☃ \u0000 "quoted" \\ \n',
  empty: '',
  yes: true,
  no: false,
  int: 42,
  negative: -7,
  large: 9_007_199_254_740_991,
  double: 0.1,
  tiny: 5e-324,
  texts: ['a', '', 'c'],
  ints: [1, 2, 3],
  doubles: [0.5, 1.25],
  flags: [true, false],
  none: [],
  __proto: 'kept',
};

async function makeSpans(): Promise<ReadableSpan[]> {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'interop',
      'service.instance.id': 'one',
      'process.pid': 7,
    }),
    spanProcessors: [new SimpleSpanProcessor({ exporter: memory })],
  });
  const tracer = provider.getTracer('interop-tracer', '1.2.3');
  const parent = tracer.startSpan('parent', { kind: SpanKind.SERVER, attributes: ATTRIBUTES });
  const linked = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.SAMPLED,
  };
  const child = tracer.startSpan(
    'child',
    { kind: SpanKind.CLIENT, links: [{ context: linked, attributes: { why: 'batch', n: 3 } }] },
    trace.setSpan(context.active(), parent),
  );
  child.addEvent('retry', { attempt: 2, wait: 0.25 });
  child.recordException(new TypeError('no such host'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
  child.end();
  parent.setStatus({ code: SpanStatusCode.OK });
  parent.end();
  await provider.forceFlush();
  return memory.getFinishedSpans();
}

describe('spans from the real exporters', () => {
  const collector = sharedCollector();

  const exporters = { 'exporter-trace-otlp-http': JsonExporter, 'exporter-trace-otlp-proto': ProtoExporter };
  for (const [name, Exporter] of Object.entries(exporters)) {
    for (const compression of [CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP]) {
      it(`${name} (${compression}) reads back equal`, async () => {
        const spans = await makeSpans();
        const exporter = new Exporter({ url: `${collector().url}/v1/traces`, compression });
        const result = await new Promise<{ code: number; error?: Error }>((resolve) =>
          exporter.export(spans, resolve),
        );
        await exporter.shutdown();
        expect(result).toMatchObject({ code: 0 });
        await collector().settled();

        const sent = JSON.parse(
          Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString('utf8'),
        ) as Spans;
        const stored = await getJson<Spans>(
          `${collector().url}/api/v1/traces/${spans[0]!.spanContext().traceId}`,
        );
        expect(flat(stored)).toEqual(flat(sent));
      });
    }
  }
});
