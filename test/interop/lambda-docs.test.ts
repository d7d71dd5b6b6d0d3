/** The samples of the page on AWS Lambda, on AWS's own runtimes. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { describeOnLambda, startSandbox, writePackage, type LambdaRuntime } from './lambda-runtimes.ts';
import { peer } from './peers.ts';

const page = readFileSync(new URL('../../docs/platforms/aws-lambda.md', import.meta.url), 'utf8');
const samples = [...page.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
const fileOf = (sample: string): string => (sample.includes('require(') ? 'index.cjs' : 'index.mjs');
/** Samples identified by their last line of code, without those that cannot run here. */
const titled = (wanted: (sample: string) => boolean): [string, string][] =>
  samples.filter(wanted).map((sample) => [sample.trim().split('\n').at(-1) ?? '', sample]);
const takesCallback = (sample: string): boolean => sample.includes('Node.js 22 and before');

function canRun(sample: string, { client, execution }: LambdaRuntime): boolean {
  if (sample.includes('@middy/core') && (peer('@middy/core') === undefined || execution.includes('20')))
    return false;
  return client === 3 || !takesCallback(sample);
}

test('the page has samples', () => {
  expect(samples.length).toBeGreaterThan(3);
});

describeOnLambda((runtime) => {
  test.each(titled((sample) => canRun(sample, runtime)))('… %s', async (_title, sample) => {
    await using collector = await startCollector();
    await using code = await writePackage({ [fileOf(sample)]: sample }, ['@sandscope/sdk', '@middy/core']);
    await using sandbox = await startSandbox({
      runtime,
      folder: code.folder,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    expect((await sandbox.invoke({ a: 1, b: 2 })).body).toEqual({ sum: 3 });
    await sandbox.api.idle();
    expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'f']);
  });

  test('with another handler name', async () => {
    await using collector = await startCollector();
    const source = 'exports.handler = async ({ a, b }) => ({ sum: a + b, handler: process.env._HANDLER });';
    await using code = await writePackage({ 'index.js': source }, ['@sandscope/sdk']);
    await using sandbox = await startSandbox({
      runtime,
      folder: code.folder,
      handler: 'node_modules/@sandscope/sdk/lambda-handler.handler',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_HANDLER: 'index.handler' },
    });
    expect((await sandbox.invoke({ a: 1, b: 2 })).body).toEqual({ sum: 3, handler: 'index.handler' });
    await sandbox.api.idle();
    expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'f']);
  });
});

describeOnLambda(
  (runtime) => {
    test.each(titled(takesCallback))('refused, as it is without wrap: … %s', async (_title, sample) => {
      await using collector = await startCollector();
      await using code = await writePackage({ [fileOf(sample)]: sample }, ['@sandscope/sdk']);
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      });
      await sandbox.ended;
      expect(sandbox.api.initErrors.join('\n')).toContain('Runtime.CallbackHandlerDeprecated');
      expect(collector.spans).toMatchObject([
        { name: 'sandscope.init', attributes: { 'error.type': 'Runtime.CallbackHandlerDeprecated' } },
      ]);
    });
  },
  ({ client }) => client === 4,
);
