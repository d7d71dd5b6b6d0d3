// A program with its own spans, as an instrumentation library makes them. Its handler is wrapped too, but each
// invocation is still recorded once.
import { createServer } from 'node:http';
import { propagation, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { wrap } from '@sandscope/sdk';

const tracer = trace.getTracer('app');
const greet = wrap(async (event) => {
  if (event.fail) throw new Error('asked to fail');
  return `hello ${event.name}`;
});

function serve(request, response) {
  const url = new URL(request.url, 'http://localhost');
  const parent = propagation.extract(context.active(), request.headers);
  const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method } };
  return tracer.startActiveSpan(`${request.method} /`, options, parent, async (span) => {
    try {
      const child = tracer.startSpan('inside');
      response.end(await greet(Object.fromEntries(url.searchParams), {}));
      child.end();
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      response.writeHead(500).end();
    }
    span.end();
  });
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
