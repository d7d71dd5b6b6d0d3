/** OpenTelemetry's own SDK and nothing else, to be loaded before a framework: `node --import ./telemetry.mjs FRAMEWORK`. */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [new HttpInstrumentation()] }).start();
