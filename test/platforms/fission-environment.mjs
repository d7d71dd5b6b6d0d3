// Emulates Fission's Node environment as documented: a generic container that is specialised for a function by
// `POST /v2/specialize`, and then passes every request to it, in the form that its number of parameters selects.
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

let userFunction;

async function specialize({ filepath, functionName }) {
  if (userFunction) return [400, 'Not a generic container'];
  const [file = '', name] = functionName.split('.');
  const path = ['.js', '.mjs'].map((extension) => join(filepath, file + extension)).find(existsSync);
  let loaded;
  try {
    // Tried with a path first, then with a URL, and finally with what the request said.
    const module = await import(path)
      .catch(() => import(pathToFileURL(path).href))
      .catch(() => import(pathToFileURL(join(filepath, file)).href));
    loaded = name ? module.default[name] : module.default;
  } catch (error) {
    return [500, JSON.stringify(error)];
  }
  if (typeof loaded !== 'function') return [500, JSON.stringify(loaded)];
  userFunction = loaded;
  return [202, ''];
}

function serve(request, response) {
  const callback = (status, body, headers = {}) => {
    if (!status) return;
    if (!Number.isInteger(status)) throw new TypeError(`Invalid status code: ${String(status)}`);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.writeHead(status).end(body);
  };
  const failed = () => callback(500, 'Internal server error');
  request.query = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
  const context = { request, response };
  if (userFunction.length >= 2) {
    try {
      userFunction(context, callback);
    } catch {
      failed();
    }
    return;
  }
  const call = async () => (userFunction.length === 0 ? userFunction() : userFunction(context));
  const answer = ({ status, body, headers }) => callback(status, body, headers);
  call().then(answer).catch(failed);
}

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  request.body = Buffer.concat(chunks).toString();
  if (request.url === '/v2/specialize') {
    request.body = JSON.parse(request.body);
    const [status, text] = await specialize(request.body);
    response.writeHead(status).end(text);
  } else if (userFunction) serve(request, response);
  else response.writeHead(500).end('Generic container: no requests supported');
}

const server = createServer((request, response) => void receive(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
