/** Lambda functions that are recorded without changing their code, on the local platform. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startTestPlatform } from '../../examples/local-platform/src/test-platform.ts';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { SDK_DIST } from './support.ts';

const LAYER = fileURLToPath(new URL('../../sdk/layer/dist', import.meta.url));
const WAYS = {
  'the layer': { AWS_LAMBDA_EXEC_WRAPPER: `${LAYER}/sandscope-exec` },
  'a handler that stands in': {
    _HANDLER: `${SDK_DIST}/lambda-handler.handler`,
    SANDSCOPE_HANDLER: 'index.handler',
  },
};
const SOURCES = {
  esm: `export const handler = async ({ a, b }, { awsRequestId }) => {
    if (a === undefined) throw new RangeError('no a');
    return { sum: a + b, awsRequestId, handler: process.env._HANDLER };
  };`,
  cjs: `module.exports.handler = ({ a, b }, context, callback) => {
    context.callbackWaitsForEmptyEventLoop = false;
    callback(null, { sum: a + b, handler: process.env._HANDLER });
  };`,
};

test.each(Object.entries(WAYS))('%s: ES modules and CommonJS', async (_way, environment) => {
  await using collector = await startCollector();
  const platform = await startTestPlatform(
    SOURCES,
    { collector: collector.endpoint },
    { environment, runtimeClient: 3 },
  );
  for (const name of ['esm', 'cjs']) {
    for (const b of [2, 3]) {
      const { body } = await platform.call(name, { a: 1, b });
      expect(body).toMatchObject({ sum: 1 + b, handler: 'index.handler' });
      // The sandbox is idle for the next event only after the export.
      await platform.atRest();
    }
  }
  expect(await platform.call('esm', {})).toMatchObject({
    functionError: 'Unhandled',
    body: { errorType: 'RangeError', errorMessage: 'no a' },
  });
  await platform.atRest();
  const of = (name: string): unknown[] =>
    collector.spans
      .filter((span) => span.name === name)
      .map(({ attributes, status }) => [attributes['sandscope.sandbox.ordinal'], status?.message]);
  expect(of('esm')).toEqual([
    ['1', undefined],
    ['2', undefined],
    ['3', 'no a'],
  ]);
  expect(of('cjs')).toEqual([
    ['1', undefined],
    ['2', undefined],
  ]);
  // The registration was awaited, so nothing had to be sent before a response.
  expect(platform.status().map(({ state }) => state)).toEqual(['frozen', 'frozen']);
});

test('what is wrong with a handler is said as the runtime says it', async () => {
  const environment = WAYS['the layer'];
  const platform = await startTestPlatform(
    {
      nothing: 'export const other = 1;',
      broken: "throw new TypeError('not today'); export const handler = 1;",
    },
    {},
    { environment },
  );
  expect((await platform.call('nothing')).body).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is undefined or not exported',
  });
  expect((await platform.call('broken')).body).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'not today',
  });
});

test('a layer that is incomplete leaves the function as it is', async () => {
  const environment = {
    AWS_LAMBDA_EXEC_WRAPPER: fileURLToPath(new URL('../../sdk/layer/sandscope-exec', import.meta.url)),
  };
  const platform = await startTestPlatform({ esm: SOURCES.esm }, {}, { environment });
  expect((await platform.call('esm', { a: 1, b: 2 })).body).toMatchObject({ sum: 3 });
});
