// Preloaded, as one minified bundle: the parts that OpenTelemetry's Lambda layer for Node.js combines with its default
// settings, traces only (metrics and logs off; without the AWS SDK's instrumentation, which has nothing to instrument
// here).
const api = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} = require('@opentelemetry/core');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
const { DnsInstrumentation } = require('@opentelemetry/instrumentation-dns');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { NetInstrumentation } = require('@opentelemetry/instrumentation-net');
const { AWSXRayPropagator } = require('@opentelemetry/propagator-aws-xray');
const { awsLambdaDetector } = require('@opentelemetry/resource-detector-aws');
const { detectResources, envDetector, processDetector } = require('@opentelemetry/resources');
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');

const provider = new TracerProvider({
  resource: detectResources({ detectors: [awsLambdaDetector, envDetector, processDetector] }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.propagation.setGlobalPropagator(
  new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator(), new AWSXRayPropagator()],
  }),
);
api.trace.setGlobalTracerProvider(provider);
registerInstrumentations({
  instrumentations: [
    new AwsLambdaInstrumentation(),
    new DnsInstrumentation(),
    new HttpInstrumentation(),
    new NetInstrumentation(),
  ],
  tracerProvider: provider,
});
