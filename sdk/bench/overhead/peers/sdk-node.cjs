// Preloaded: OpenTelemetry's SDK for Node.js as its documentation sets it up, with the Lambda instrumentation alone.
const { trace } = require('@opentelemetry/api');
const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const instrumentation = new AwsLambdaInstrumentation();
new NodeSDK({ instrumentations: [instrumentation] }).start();
// `start` hands out the provider before there is one; without this line no span is flushed before the freeze.
instrumentation.setTracerProvider(trace.getTracerProvider());
