import { ATTR_PROBE_EXPERIMENT, ATTR_PROBE_RUN_ID } from '../semconv.ts';
import type { Sample } from './sample.ts';

/** The client's side of one call. */
export interface ClientSpan {
  readonly traceId: string;
  /** `traceparent`, and `tracestate` if there is one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly end: (sample: Sample) => void;
}

/** Makes a client span for each call. */
export interface ClientSpans {
  readonly begin: (functionName: string, role: string) => ClientSpan;
  /** Sends the spans that have not been sent yet. */
  readonly stop: () => Promise<void>;
}

export interface ClientSpanOptions {
  /** OTLP/HTTP base URL, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly experiment: string;
  readonly runId: string;
  /** Headers for the exporter, such as an `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Spans through OpenTelemetry's own SDK, which is loaded here on demand. */
export async function openClientSpans(options: ClientSpanOptions): Promise<ClientSpans> {
  const [{ SpanKind, SpanStatusCode, propagation, context, trace }, { OTLPTraceExporter }, { NodeSDK }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/sdk-node'),
    ]);
  const sdk = new NodeSDK({
    serviceName: `sandscope-probe-${options.experiment}`,
    traceExporter: new OTLPTraceExporter({
      url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
      ...(options.headers && { headers: { ...options.headers } }),
    }),
    instrumentations: [],
    autoDetectResources: false,
  });
  sdk.start();
  const tracer = trace.getTracer('sandscope-probe');
  return {
    begin: (functionName, role) => {
      const span = tracer.startSpan(`call ${functionName}`, {
        kind: SpanKind.CLIENT,
        root: true,
        attributes: {
          [ATTR_PROBE_EXPERIMENT]: options.experiment,
          [ATTR_PROBE_RUN_ID]: options.runId,
          'sandscope.probe.role': role,
        },
      });
      const headers: Record<string, string> = {};
      propagation.inject(trace.setSpan(context.active(), span), headers);
      return {
        traceId: span.spanContext().traceId,
        headers,
        end: (sample) => {
          span.setAttributes({ 'sandscope.probe.index': sample.index, 'sandscope.probe.unit': sample.unit });
          if (sample.httpStatus !== undefined)
            span.setAttribute('http.response.status_code', sample.httpStatus);
          if (sample.error) {
            span.setAttribute('error.type', sample.error.code);
            span.setStatus({ code: SpanStatusCode.ERROR, message: sample.error.message });
          }
          span.end();
        },
      };
    },
    stop: () => sdk.shutdown(),
  };
}
