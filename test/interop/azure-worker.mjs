// Emulates Azure's language worker for `@azure/functions`, as far as hooks and invocations are concerned: it provides
// `@azure/functions-core`, loads the app, and runs each invocation through the hooks and the library's own model. The
// host's messages arrive over HTTP: `POST /specialize`, `POST /invoke/<function>`, `POST /terminate`.
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

const hooks = new Map();
const functions = new Map();
let model;

const core = {
  version: '3.10.1',
  hostVersion: '4.34.0',
  registerHook(name, callback) {
    const registered = hooks.get(name) ?? [];
    hooks.set(name, [...registered, callback]);
    return { dispose() {} };
  },
  registerFunction: (metadata, callback) => functions.set(metadata.name, { metadata, callback }),
  setProgrammingModel: (given) => {
    model = given;
  },
  getProgrammingModel: () => model,
  log() {},
};
const CORE = 'azure-functions:core';
globalThis[Symbol.for(CORE)] = core;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core' ? { url: CORE, shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === CORE
      ? {
          format: 'commonjs',
          source: `module.exports = globalThis[Symbol.for('${CORE}')];`,
          shortCircuit: true,
        }
      : next(url, context),
});

async function runHooks(name, context) {
  for (const hook of hooks.get(name) ?? []) await hook(context);
}

async function startApp(file) {
  await import(pathToFileURL(file).href);
  await runHooks('appStart', { hookData: {}, appHookData: {}, functionAppDirectory: dirname(file) });
}

/** Specialises a placeholder worker for an app: another environment, another folder. */
async function specialize({ environment, file }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(dirname(file));
  await startApp(file);
}

async function invoke(name, { data, traceContext }) {
  const { metadata, callback } = functions.get(name);
  const trigger = Object.keys(metadata.bindings).find((key) => /trigger/i.test(metadata.bindings[key].type));
  const invocationId = randomUUID();
  const invocation = model.getInvocationModel({
    invocationId,
    metadata,
    request: { inputData: [{ name: trigger, data }], traceContext, triggerMetadata: {} },
    log() {},
    state: undefined,
  });
  const { context, inputs } = await invocation.getArguments();
  const pre = {
    hookData: {},
    appHookData: {},
    invocationContext: context,
    functionCallback: callback,
    inputs,
  };
  await runHooks('preInvocation', pre);
  const post = { ...pre, result: null, error: null };
  try {
    post.result = await invocation.invokeFunction(context, pre.inputs, pre.functionCallback);
  } catch (error) {
    post.error = error;
  }
  await runHooks('postInvocation', post);
  if (post.error) return { invocationId, error: String(post.error) };
  try {
    return { invocationId, response: await invocation.getResponse(context, post.result) };
  } catch (error) {
    return { invocationId, error: String(error) };
  }
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  if (request.url === '/specialize') {
    await specialize(body);
    response.end('{}');
  } else if (request.url === '/terminate') {
    await runHooks('appTerminate', { hookData: {}, appHookData: {} });
    response.end('{}', () => process.exit(0));
  } else response.end(JSON.stringify(await invoke(request.url.split('/').at(-1), body)));
}

// Without an app it waits for one.
if (process.argv[2]) await startApp(process.argv[2]);
const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
