/** Only OpenTelemetry's own SDK, loaded before a framework: `node --import ./telemetry.mjs FRAMEWORK`. */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [new HttpInstrumentation()] }).start();
