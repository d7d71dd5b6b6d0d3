/**
 * A sandbox of AWS Lambda as far as OpenTelemetry's instrumentation can see: its environment, a handler that is loaded
 * from LAMBDA_TASK_ROOT, and calls of it. `node lambda.mjs CALLS [bare]` ends when everything is exported; `bare` leaves
 * out the Lambda resource detector.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AwsLambdaInstrumentation } from '@opentelemetry/instrumentation-aws-lambda';
import { awsLambdaDetector } from '@opentelemetry/resource-detector-aws';
import { envDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  instrumentations: [new AwsLambdaInstrumentation()],
  resourceDetectors: [process.argv[3] === 'bare' ? envDetector : awsLambdaDetector],
});
sdk.start();

const require = createRequire(import.meta.url);
const { handler } = require(join(process.env.LAMBDA_TASK_ROOT, 'handler.cjs'));
for (let call = 1; call <= Number(process.argv[2]); call += 1) {
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${process.env.AWS_LAMBDA_FUNCTION_NAME}`,
    awsRequestId: `${process.env.AWS_LAMBDA_LOG_STREAM_NAME}-${call}`,
  };
  await handler({ call }, context);
}
await sdk.shutdown();
