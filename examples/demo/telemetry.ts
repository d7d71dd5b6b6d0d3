import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** OpenTelemetry for the load generator itself: its client spans are the roots of the functions' traces. */
export function startTelemetry(collector: string): { stop(): Promise<void> } {
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': 'sandscope-demo-client' }),
    traceExporter: new OTLPTraceExporter({ url: `${collector}/v1/traces` }),
    instrumentations: [],
    autoDetectResources: false,
  });
  sdk.start();
  return {
    async stop() {
      await sdk.shutdown().catch(() => {});
    },
  };
}
