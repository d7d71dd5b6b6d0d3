import type { NodeSDK, NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Env } from '../config/config.ts';
import { onTermination } from '../process/shutdown.ts';
import { sandscopeDetector } from './detector.ts';
import { SandscopeSpanProcessor } from './processor.ts';

/**
 * Starts OpenTelemetry's Node SDK with Sandscope's attributes on its spans. Options and defaults are those of
 * `NodeSDK`, with two exceptions: spans go in batches to an OTLP/HTTP exporter
 * (`@opentelemetry/exporter-trace-otlp-http`), and on SIGTERM a goodbye span is sent before the process ends.
 *
 *     // node --import ./telemetry.mjs app.mjs
 *     import { register } from '@sandscope/sdk/otel';
 *     await register({ instrumentations: [getNodeAutoInstrumentations()] });
 *
 * Needs `@opentelemetry/sdk-node`, which is not installed with this package, and the exporter unless you pass one.
 */
export async function register(options: Partial<NodeSDKConfiguration> = {}): Promise<NodeSDK> {
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const processor = new SandscopeSpanProcessor();
  const sdk = new NodeSDK({
    ...options,
    resourceDetectors: [...(options.resourceDetectors ?? (await usualDetectors())), sandscopeDetector],
    spanProcessors: [processor, ...(options.spanProcessors ?? (await usualProcessors(options)))],
  });
  sdk.start();
  onTermination(async () => {
    processor.goodbye('sigterm');
    await sdk.shutdown();
  });
  return sdk;
}

async function usualDetectors(): Promise<NodeSDKConfiguration['resourceDetectors']> {
  const { envDetector, processDetector } = await import('@opentelemetry/resources');
  return [envDetector, processDetector];
}

async function usualProcessors(
  options: Partial<NodeSDKConfiguration>,
): Promise<NonNullable<NodeSDKConfiguration['spanProcessors']>> {
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace');
  const exporter =
    options.traceExporter ??
    new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
  return [new BatchSpanProcessor({ exporter, ...batchSettings() })];
}

/** The standard batch variables; a value that is not a positive number is left to OpenTelemetry's own defaults. */
function batchSettings(env: Env = process.env): Partial<Record<keyof typeof BATCH_SETTINGS, number>> {
  return Object.fromEntries(
    Object.entries(BATCH_SETTINGS)
      .map(([setting, name]) => [setting, Number(env[name])] as const)
      .filter(([, value]) => value > 0 && Number.isFinite(value)),
  );
}

const BATCH_SETTINGS = {
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
} as const;
