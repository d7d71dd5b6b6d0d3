// A minimal Lambda runtime: takes the handler from the module in its first argument, speaks the Runtime API, supports
// promises, callbacks and the empty event loop. Plain JavaScript, so that every supported Node can run it.
import { Agent, request } from 'node:http';
import { pathToFileURL } from 'node:url';

const agent = new Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` };
    const outgoing = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ headers: response.headers, text }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function next(handler) {
  const { headers, text } = await call('GET', 'next');
  const id = headers['lambda-runtime-aws-request-id'];
  process.env['_X_AMZN_TRACE_ID'] = headers['lambda-runtime-trace-id'] ?? '';
  let over = false;
  const post = (what, value) => {
    if (over) return;
    over = true;
    process.removeListener('beforeExit', empty);
    call('POST', `${id}/${what}`, value)
      .then(() => setImmediate(() => void next(handler)))
      .catch((error) => {
        throw error;
      });
  };
  const empty = () => post('response', 'null');
  process.on('beforeExit', empty);
  const done = (error, value) =>
    error === undefined || error === null
      ? post('response', JSON.stringify(value ?? null))
      : post(
          'error',
          JSON.stringify({
            errorType: error?.name ?? 'handled',
            errorMessage: String(error?.message ?? error),
          }),
        );
  const context = {
    awsRequestId: id,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    callbackWaitsForEmptyEventLoop: false,
    done,
    succeed: (value) => done(null, value),
    fail: (error) => done(error ?? 'handled'),
  };
  try {
    const result = handler(JSON.parse(text), context, done);
    if (typeof result?.then === 'function') result.then(context.succeed, context.fail);
  } catch (error) {
    done(error);
  }
}

const module = await import(pathToFileURL(process.argv[2]).href);
const handler = module.handler ?? module.default.handler;
setImmediate(() => void next(handler));
