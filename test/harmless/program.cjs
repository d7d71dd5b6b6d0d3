// Calls handlers of every shape as a runtime does, twice each, and prints the answer of each call: the same lines with
// Sandscope (SDK is the folder of its bundle) and without (SDK is empty).
'use strict';
const { createServer, request } = require('node:http');
const { PassThrough } = require('node:stream');

const { SDK: sdk } = process.env;
const { wrap } = sdk ? require(`${sdk}/sandscope.cjs`) : { wrap: (handler) => handler };
const { wrapHttp } = sdk ? require(`${sdk}/http.cjs`) : { wrapHttp: (listener) => listener };

const say = (line) => process.stdout.write(`answer ${line}\n`);
const told = (error) => `${error?.constructor?.name}: ${error?.message}`;
const waits = [];
let calls = 0;
function context(more) {
  calls += 1;
  return {
    awsRequestId: `call-${calls}`,
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
    getRemainingTimeInMillis: () => 10_000,
    waitUntil: (promise) => waits.push(promise),
    ...more,
  };
}

/** A call with a callback, by a runtime that supports `context.succeed` and similar. */
const withCallback = (handler, event) =>
  new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    const given = context({
      callbackWaitsForEmptyEventLoop: false,
      done,
      succeed: (value) => done(null, value),
      fail: (error) => done(error ?? new Error('handled')),
    });
    try {
      const result = handler(event, given, done);
      if (typeof result?.then === 'function') result.then(given.succeed, given.fail);
    } catch (error) {
      reject(error);
    }
  });

const shapes = {
  async async() {
    const handler = wrap(async ({ n }) => ({ n }), { name: 'async' });
    return JSON.stringify(await handler({ n: 1 }, context()));
  },
  async rejecting() {
    const handler = wrap(async () => Promise.reject(new RangeError('no')), { name: 'rejecting' });
    return handler({}, context());
  },
  plain() {
    return JSON.stringify(wrap(({ n }) => ({ n }), { name: 'plain' })({ n: 2 }, context()));
  },
  throwing() {
    const handler = wrap(
      () => {
        throw new TypeError('thrown');
      },
      { name: 'throwing' },
    );
    return handler({}, context());
  },
  callback: () =>
    withCallback(
      wrap((event, _context, done) => void setImmediate(() => done(null, event.n)), { name: 'callback' }),
      { n: 3 },
    ),
  callbackError: () =>
    withCallback(
      wrap((_event, _context, done) => done(new Error('called back')), { name: 'callbackError' }),
      {},
    ),
  succeed: () =>
    withCallback(
      wrap((event, given) => given.succeed(event.n), { name: 'succeed' }),
      { n: 4 },
    ),
  async streaming() {
    const stream = new PassThrough();
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    const over = new Promise((resolve) => stream.once('end', resolve));
    const handler = wrap(
      async (event, response) => {
        response.write(`n=${event.n}`);
        response.end();
      },
      { name: 'streaming' },
    );
    await handler({ n: 5 }, stream, context());
    await over;
    return Buffer.concat(chunks).toString();
  },
  async http() {
    const server = createServer(
      wrapHttp((_incoming, response) => response.writeHead(201, { 'x-n': '6' }).end('body'), {
        name: 'http',
      }),
    );
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const answer = await new Promise((resolve, reject) => {
      const outgoing = request({ port: server.address().port, agent: false }, (response) => {
        let text = '';
        response
          .on('data', (chunk) => (text += chunk))
          .on('end', () => {
            resolve([response.statusCode, response.headers['x-n'], text].join(' '));
          });
      });
      outgoing.on('error', reject).end();
    });
    server.close();
    return answer;
  },
};

process.on('uncaughtException', (error) => say(`UNCAUGHT ${told(error)}`));
process.on('unhandledRejection', (error) => say(`UNHANDLED ${told(error)}`));

async function main() {
  for (const round of [1, 2]) {
    for (const [shape, call] of Object.entries(shapes)) {
      try {
        say(`${round} ${shape}: ${await call()}`);
      } catch (error) {
        say(`${round} ${shape} failed: ${told(error)}`);
      }
    }
  }
  for (const [index, result] of (await Promise.allSettled(waits)).entries())
    if (result.status === 'rejected') say(`waitUntil ${index} rejected`);
  say('done');
}

void main();
