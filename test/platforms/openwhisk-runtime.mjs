// The action proxy of OpenWhisk's Node runtimes as its documentation has it: `/init` with the code of the action, which
// is evaluated, then `/run` for each activation, one at a time, its fields in the environment as `__OW_*`.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// Evaluated code finds the usual names of CommonJS around it.
const require = createRequire(import.meta.url);
const module = { exports: {} };
const exports = module.exports;
let action;
let running = false;

function init({ code, main = 'main', env = {} }) {
  if (action) return [403, { error: 'Cannot initialize the action more than once.' }];
  Object.assign(process.env, env);
  try {
    // oxlint-disable-next-line no-eval -- this is how actions are loaded
    action = eval(`(function () {${code}\nreturn ${main};})`).call({ require, module, exports });
    if (typeof action !== 'function') throw new TypeError(`Action entrypoint '${main}' is not a function.`);
    return [200, { OK: true }];
  } catch (error) {
    return [502, { error: `Initialization has failed due to: ${error.stack}` }];
  }
}

async function run({ value, ...fields }) {
  if (!action || running) return [500, { error: 'container not ready' }];
  running = true;
  for (const [name, text] of Object.entries(fields)) {
    if (typeof text === 'string') process.env[`__OW_${name.toUpperCase()}`] = text;
  }
  let result;
  try {
    result = (await action(value)) ?? {};
  } catch (error) {
    result = { error: { name: error?.name, message: error?.message } };
  }
  running = false;
  if (typeof result !== 'object') return [502, { error: 'The action did not return a dictionary.' }];
  return [200, result];
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  const [status, answer] = request.url === '/init' ? init(body.value) : await run(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
