/** AWS's own runtime client for Node, against the local platform, with wrapped handlers of every shape. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startTestPlatform, temporaryFolder } from '../../examples/local-platform/src/test-platform.ts';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { describeWithPeer } from './peers.ts';

const WRAP = "import { ready, wrap } from '@sandscope/sdk';";
const LAYER = fileURLToPath(new URL('../../sdk/layer/dist', import.meta.url));

const SOURCES = {
  async: `${WRAP}
    export const handler = wrap(async ({ a, b }, { awsRequestId, getRemainingTimeInMillis }) => {
      if (a === undefined) throw new RangeError('no a');
      return { sum: a + b, awsRequestId, hasTime: getRemainingTimeInMillis() > 0 };
    });
    await ready();`,
  plain: `${WRAP}
    export const handler = wrap(async () => 1);
    Object.assign(handler, { mark: 1 });`,
  commonjs: `const { wrap } = require('@sandscope/sdk');
    module.exports.handler = wrap(async function handler(event) { return { echo: event, name: handler.name }; });`,
  streaming: `${WRAP}
    export const handler = wrap(awslambda.streamifyResponse(async (event, stream, context) => {
      stream.setContentType('application/json');
      stream.write('{"streamed":');
      await new Promise((resolve) => setTimeout(resolve, 20));
      stream.end(JSON.stringify(context.awsRequestId) + '}');
      await stream.finished?.();
    }));
    await ready();`,
};

describeWithPeer(
  'aws-lambda-ric',
  (ric) => {
    /** The way to replace a runtime on Lambda: a script that is passed the command of the usual one. */
    async function startRic(
      sources: Readonly<Record<string, string>>,
      collector: string,
      before = 'exec',
    ): ReturnType<typeof startTestPlatform> {
      const script = join(await temporaryFolder(), 'ric');
      await writeFile(script, `#!/bin/sh\n${before} "$1" ${ric}/index.mjs\n`);
      await chmod(script, 0o755);
      const environment = { AWS_LAMBDA_EXEC_WRAPPER: script };
      return startTestPlatform(sources, { collector }, { environment });
    }

    test('async and CommonJS handlers: exported after the response, before the freeze', async () => {
      await using collector = await startCollector();
      const platform = await startRic(
        { async: SOURCES.async, plain: SOURCES.plain, commonjs: SOURCES.commonjs },
        collector.endpoint,
      );
      for (const b of [1, 2]) {
        expect((await platform.call('async', { a: 1, b })).body).toMatchObject({ sum: 1 + b, hasTime: true });
        await platform.atRest();
      }
      expect(await platform.call('async', {})).toMatchObject({
        functionError: 'Unhandled',
        body: { errorType: 'RangeError', errorMessage: 'no a' },
      });
      expect((await platform.call('plain')).body).toBe(1);
      expect((await platform.call('commonjs', { x: 1 })).body).toEqual({ echo: { x: 1 }, name: 'handler' });
      await platform.atRest();
      const of = (name: string): unknown[] =>
        collector.spans
          .filter((span) => span.name === name)
          .map(({ attributes, status }) => [attributes['sandscope.sandbox.ordinal'], status?.message]);
      expect(of('async')).toEqual([
        ['1', undefined],
        ['2', undefined],
        ['3', 'no a'],
      ]);
      expect(of('plain')).toEqual([['1', undefined]]);
      expect(of('commonjs')).toEqual([['1', undefined]]);
      expect(collector.spans.filter(({ name }) => name === 'sandscope.init')).toHaveLength(3);
    });

    test('response streaming keeps its mark', async () => {
      await using collector = await startCollector();
      const platform = await startRic({ streaming: SOURCES.streaming }, collector.endpoint);
      const { body } = await platform.call('streaming');
      await platform.atRest();
      const span = collector.spans.find(({ name }) => name === 'streaming');
      expect(body).toEqual({ streamed: span!.attributes['faas.invocation_id'] });
      expect(BigInt(span!.endTimeUnixNano) - BigInt(span!.startTimeUnixNano)).toBeGreaterThan(15_000_000n);
    });

    test('a function that is not wrapped, with the layer', async () => {
      await using collector = await startCollector();
      const platform = await startRic(
        { bare: 'export const handler = async ({ a }) => ({ a, handler: process.env._HANDLER });' },
        collector.endpoint,
        `exec ${LAYER}/sandscope-exec`,
      );
      expect((await platform.call('bare', { a: 1 })).body).toEqual({ a: 1, handler: 'index.handler' });
      await platform.atRest();
      expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'bare']);
      await platform.stop();
      await collector.until((spans) => spans.at(-1)!.name === 'sandscope.shutdown');
    });
  },
  'rapid-client.node',
);
