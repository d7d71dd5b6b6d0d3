// Emulates OpenFaaS' Node template as documented: `(event, context, callback)`, answered by the handler's return value,
// by `context.succeed` or `context.fail`, or by the callback, whichever comes first.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const handler = createRequire(import.meta.url)(process.argv[2]);

class Context {
  statusCode = 200;
  headerValues = {};
  answered = 0;

  constructor(callback) {
    this.callback = callback;
  }

  status(code) {
    if (!code) return this.statusCode;
    this.statusCode = code;
    return this;
  }

  headers(values) {
    this.headerValues = values;
    return this;
  }

  succeed(value) {
    this.answered += 1;
    this.callback(undefined, value);
  }

  fail(value) {
    if (this.statusCode === 200) this.statusCode = 500;
    this.answered += 1;
    this.callback(value);
  }
}

async function serve(request, response) {
  const url = new URL(request.url, 'http://localhost');
  const callback = (error, value) => {
    // As in Express: a second answer has no effect, and throws.
    if (response.headersSent) throw new Error('Cannot set headers after they are sent to the client');
    for (const [name, header] of Object.entries(error ? {} : context.headerValues))
      response.setHeader(name, header);
    response.writeHead(context.statusCode).end(String(error ?? value ?? ''));
  };
  const context = new Context(callback);
  const event = {
    headers: request.headers,
    method: request.method,
    query: Object.fromEntries(url.searchParams),
    path: url.pathname,
  };
  try {
    const result = await handler(event, context, callback);
    if (!context.answered) context.succeed(result);
  } catch (error) {
    if (!response.headersSent) callback(error);
  }
}

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
