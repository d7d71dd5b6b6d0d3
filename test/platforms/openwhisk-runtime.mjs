// Emulates the action proxy of OpenWhisk's Node runtimes as documented: `/init` with the code of the action, which is
// evaluated, or is the folder of an unpacked archive; then `/run` per activation, with its fields in the environment as
// `__OW_*`. In a single file, a declaration with the name of the entry is looked for first, then an export. An action
// that throws ends the container; one that rejects has answered with an error.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// Evaluated code finds the usual CommonJS names in its scope.
const require = createRequire(import.meta.url);
const module = { exports: {} };
const exports = module.exports;
let action;
let state = 'ready';

async function init(message) {
  if (action) return [403, { error: 'Cannot initialize the action more than once.' }];
  Object.assign(process.env, message.env);
  try {
    const found = message.folder ? require(message.folder)[message.main] : evaluate(message);
    if (typeof found !== 'function') throw new TypeError(`'${message.main}' is not a function.`);
    action = { run: await found };
    return [200, { OK: true }];
  } catch (error) {
    state = 'stopped';
    return [502, { error: `Initialization has failed due to: ${error.stack}` }];
  }
}

/** The code sees this scope, so nothing here may have the name of an action. */
function evaluate(message) {
  const exported = `module.exports.${message.main} ?? exports.${message.main}`;
  const found = `try { return ${message.main}; } catch { return ${exported}; }`;
  // oxlint-disable-next-line no-eval -- this is how actions are loaded
  return eval(`(function () {${message.code}\n${found}})`).call({ require, module, exports });
}

async function run({ value, ...fields }) {
  if (!action || state !== 'ready') return [403, { error: `System not ready, status is ${state}.` }];
  state = 'running';
  for (const [name, text] of Object.entries(fields)) {
    if (typeof text === 'string') process.env[`__OW_${name.toUpperCase()}`] = text;
  }
  let result;
  try {
    result = action.run(value);
  } catch (error) {
    state = 'stopped';
    return [502, { error: `An error has occurred: ${String(error)}` }];
  }
  result = await Promise.resolve(result).then(
    (answer) => (answer === undefined ? {} : answer),
    (error) => ({ error: { name: error?.name, message: error?.message } }),
  );
  state = 'ready';
  if (typeof result !== 'object') return [502, { error: 'The action did not return a dictionary.' }];
  return [200, result];
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  request.body = body;
  const [status, answer] = request.url === '/init' ? await init(body.value) : await run(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
