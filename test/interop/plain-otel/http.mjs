/** An HTTP server with only OpenTelemetry's own SDK; it prints its port and ends at SIGTERM. */
import { createRequire } from 'node:module';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();
// Built-in modules are instrumented when they are required.
const { createServer } = createRequire(import.meta.url)('node:http');
const server = createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.once('SIGTERM', () => {
  server.closeAllConnections();
  void sdk.shutdown().then(() => process.exit(0));
});
