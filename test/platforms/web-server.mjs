// Serves web handlers as Vercel and Netlify do: a `Request` in, a `Response` out, and a `waitUntil` whose promises are
// awaited after the response, when nothing else keeps the sandbox running. Arguments: the module, and whose way to
// follow.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [, , file, platform] = process.argv;
const handlers = await import(pathToFileURL(file).href);
const context = Symbol.for('@vercel/request-context');

function call(request, waitUntil) {
  if (platform === 'netlify') {
    return handlers.default(request, { requestId: 'request-1', deploy: { id: 'deploy-1' }, waitUntil });
  }
  globalThis[context] = { get: () => ({ waitUntil }) };
  // A default export takes precedence over all other exports.
  const handler = handlers.default ?? handlers;
  return (handler[request.method] ?? handler.fetch)(request);
}

async function serve(incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const waiting = [];
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: incoming.headers,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
  let response;
  try {
    response = await call(request, (promise) => waiting.push(promise));
  } catch (error) {
    response = new Response(error.name, { status: 500 });
  }
  outgoing.writeHead(response.status, { 'x-waiting': String(waiting.length) });
  outgoing.end(Buffer.from(await response.arrayBuffer()));
  await Promise.all(waiting);
  console.log(`done ${incoming.url}`);
}

const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
