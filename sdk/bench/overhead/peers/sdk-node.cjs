// Preloaded: OpenTelemetry's SDK for Node.js as its documentation sets it up, with only the Lambda instrumentation.
const { trace } = require('@opentelemetry/api');
const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const instrumentation = new AwsLambdaInstrumentation();
new NodeSDK({ instrumentations: [instrumentation] }).start();
// `start` passes on the provider before it exists; without this line no span is flushed before the freeze.
instrumentation.setTracerProvider(trace.getTracerProvider());
