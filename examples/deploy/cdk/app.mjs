// AWS CDK: a stack of your own needs only `instrument`.
//   npm run build                                   (in the clone: builds sdk/layer/sandscope-layer.zip)
//   cd examples/deploy/cdk && npm install && npx cdk deploy --context collectorUrl=https://collector.example.com
import { fileURLToPath } from 'node:url';
import { App, SecretValue, Stack } from 'aws-cdk-lib';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LayerVersion,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Adds the layer to a function and configures it to send to a collector. */
function instrument(lambda, layer, { collectorUrl, tokenSecret }) {
  lambda.addLayers(layer);
  lambda.addEnvironment('AWS_LAMBDA_EXEC_WRAPPER', '/opt/sandscope-exec');
  lambda.addEnvironment('OTEL_EXPORTER_OTLP_ENDPOINT', collectorUrl);
  // Resolved by CloudFormation at deployment; the template contains only the name of the secret.
  const token = SecretValue.secretsManager(tokenSecret).unsafeUnwrap();
  lambda.addEnvironment('OTEL_EXPORTER_OTLP_HEADERS', `authorization=Bearer%20${token}`);
}

const app = new App();
const stack = new Stack(app, 'SandscopeExample');
const layer = new LayerVersion(stack, 'SandscopeLayer', {
  code: Code.fromAsset(path('../../../sdk/layer/sandscope-layer.zip')),
  compatibleRuntimes: [Runtime.NODEJS_20_X, Runtime.NODEJS_22_X],
  description: 'Wraps the handler; no change of code',
});
const hello = new LambdaFunction(stack, 'Hello', {
  runtime: Runtime.NODEJS_22_X,
  architecture: Architecture.ARM_64,
  handler: 'index.handler',
  code: Code.fromAsset(path('../function')),
  memorySize: 512,
});
instrument(hello, layer, {
  collectorUrl: app.node.tryGetContext('collectorUrl'),
  tokenSecret: app.node.tryGetContext('tokenSecret'),
});
