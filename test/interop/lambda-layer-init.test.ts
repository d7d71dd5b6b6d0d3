/**
 * The layer on AWS's own runtimes: an error in a function is reported exactly as without the layer, and recorded once.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import {
  describeOnLambda,
  errorOf,
  LAYER,
  startSandbox,
  writePackage,
  type LambdaRuntime,
} from './lambda-runtimes.ts';

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly handler?: string;
  /** `error.type` of the span, by the version of the client if it differs. */
  readonly type: string | Readonly<Record<3 | 4, string>>;
}

const HANDLER = 'export const handler = async () => 1;';

const CASES: readonly Case[] = [
  {
    what: 'the module is missing',
    files: { 'index.mjs': HANDLER },
    handler: 'src/absent.handler',
    type: 'Runtime.ImportModuleError',
  },
  {
    what: 'a syntax error in CommonJS',
    files: { 'index.js': 'exports.handler = (;' },
    type: 'Runtime.UserCodeSyntaxError',
  },
  {
    what: 'a module that throws',
    files: { 'index.mjs': `${HANDLER}\nthrow new TypeError('not today');` },
    type: 'TypeError',
  },
  {
    what: 'the handler is missing',
    files: { 'index.js': 'exports.other = () => 1;' },
    type: 'Runtime.HandlerNotFound',
  },
];

const MORE: readonly Case[] = [
  {
    what: 'CommonJS that requires what is missing',
    files: { 'index.js': `require('absent-package'); exports.handler = () => 1;` },
    type: 'Runtime.ImportModuleError',
  },
  {
    what: 'an ES module that imports what is missing',
    files: { 'index.mjs': `import 'absent-package'; ${HANDLER}` },
    type: 'Error',
  },
  {
    what: 'a syntax error in an ES module',
    files: { 'index.mjs': `${HANDLER}\nconst const = 1;` },
    type: 'Runtime.UserCodeSyntaxError',
  },
  {
    what: 'CommonJS that throws a text',
    files: { 'index.cjs': `throw 'no table';` },
    type: 'string',
  },
  {
    what: 'a handler that is no function',
    files: { 'index.mjs': 'export const handler = 5;' },
    type: 'Runtime.HandlerNotFound',
  },
  {
    what: 'a handler that is not where its name says',
    files: { 'index.mjs': 'export const handler = {};' },
    handler: 'index.handler.get',
    type: 'Runtime.HandlerNotFound',
  },
  {
    what: 'a name without an export',
    files: { 'index.mjs': HANDLER },
    handler: 'index',
    type: 'Runtime.MalformedHandlerName',
  },
  {
    what: 'a name that leaves the package',
    files: { 'index.mjs': HANDLER },
    handler: '../index.handler',
    type: 'Runtime.MalformedHandlerName',
  },
  {
    what: 'a module that ends the process',
    files: { 'index.mjs': `${HANDLER}\nprocess.exit(3);` },
    type: 'ProcessExit',
  },
];

/** The behaviour of a runtime that cannot be initialised. */
async function fail(
  runtime: LambdaRuntime,
  { files, handler }: Case,
  env: Record<string, string>,
  wrapper?: string,
): Promise<{ reported: unknown; ended: number | string }> {
  await using code = await writePackage(files);
  await using sandbox = await startSandbox({
    runtime,
    folder: code.folder,
    env,
    ...(handler !== undefined && { handler }),
    ...(wrapper !== undefined && { wrapper }),
  });
  const ended = await sandbox.ended;
  const reported = sandbox.api.initErrors.map((body) =>
    JSON.parse(JSON.stringify(errorOf(body)).replaceAll(code.folder, 'PACKAGE')),
  );
  return { reported, ended };
}

describeOnLambda((runtime) => {
  const IMPORT = `import { wrap } from '@sandscope/sdk';`;
  test.each([
    ['before it wraps', `${IMPORT} throw new RangeError('no');`],
    ['after it wrapped', `${IMPORT} export const handler = wrap(async () => 1); throw new RangeError('no');`],
    ['in what it awaits', `${IMPORT} await Promise.reject(new RangeError('no'));`],
    ['before it wraps, as CommonJS', `require('@sandscope/sdk'); throw new RangeError('no');`],
  ])('a module in code that fails %s', async (_when, source) => {
    await using collector = await startCollector();
    const file = source.includes('require(') ? 'index.cjs' : 'index.mjs';
    await using code = await writePackage({ [file]: source }, ['@sandscope/sdk']);
    await using sandbox = await startSandbox({
      runtime,
      folder: code.folder,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    await sandbox.ended;
    expect(sandbox.api.initErrors.join()).toContain('no');
    expect(collector.spans).toMatchObject([
      {
        name: 'sandscope.init',
        status: { code: 2, message: 'no' },
        attributes: { 'error.type': 'RangeError' },
      },
    ]);
  });

  // The oldest client uses only the general error types.
  const cases = runtime.command[0].includes('node20') ? CASES : [...CASES, ...MORE];
  test.each(cases.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    await using collector = await startCollector();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const [bare, wrapped] = await Promise.all([
      fail(runtime, one, env),
      fail(runtime, one, env, join(LAYER, 'sandscope-exec')),
    ]);
    expect(wrapped).toEqual(bare);
    expect(collector.spans).toHaveLength(1);
    expect(collector.spans[0]).toMatchObject({
      name: 'sandscope.init',
      status: { code: 2 },
      attributes: { 'error.type': typeof one.type === 'string' ? one.type : one.type[runtime.client] },
      resource: { 'faas.name': 'f', 'sandscope.platform': 'aws-lambda' },
    });
  });
});
