/** Handlers of every shape on AWS's own runtimes: a wrapped handler answers the same as the bare one. */
import { expect, test } from 'vitest';
import { startCollector, type ReceivedSpan } from '../../sdk/src/testing/test-collector.ts';
import { durationMs } from '../support/wrapped-function.ts';
import { describeOnLambda, startSandbox, writePackage, type LambdaRuntime } from './lambda-runtimes.ts';
import { peer } from './peers.ts';

interface Outcome {
  readonly answers: readonly unknown[];
  /** Spans of the invocations, by the time of their start. */
  readonly spans: readonly ReceivedSpan[];
}

/**
 * Sends events to a function, one after the other.
 *
 * @param module file name and text; `wrap` and `ready` are imported for it, and do nothing in the control
 */
async function run(
  runtime: LambdaRuntime,
  [file, text]: readonly [string, string],
  handler: string,
  events: readonly unknown[],
  bare: boolean,
): Promise<Outcome> {
  await using collector = await startCollector();
  const imported = file.endsWith('.mjs')
    ? `import { ready, wrap } from '${bare ? './bare.mjs' : '@sandscope/sdk'}';`
    : `const { wrap } = require('${bare ? './bare.cjs' : '@sandscope/sdk'}');`;
  await using code = await writePackage(
    {
      'bare.mjs': 'export const wrap = (handler) => handler; export const ready = async () => {};',
      'bare.cjs': 'exports.wrap = (handler) => handler;',
      [file]: `${imported}\n${text}`,
    },
    ['@sandscope/sdk', '@middy/core'],
  );
  await using sandbox = await startSandbox({
    runtime,
    folder: code.folder,
    handler: `${file.replace(/\.\w+$/, '')}.${handler}`,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  const answers: unknown[] = [];
  for (const event of events) answers.push(await sandbox.invoke(event));
  await sandbox.api.idle();
  const spans = collector.spans.filter(({ name }) => name === 'f');
  return { answers, spans };
}

/** Runs a function bare and wrapped, and expects the same answers; returns the spans of the wrapped one. */
async function compare(
  runtime: LambdaRuntime,
  module: readonly [string, string],
  handler: string,
  events: readonly unknown[],
): Promise<readonly ReceivedSpan[]> {
  const [control, wrapped] = await Promise.all([
    run(runtime, module, handler, events, true),
    run(runtime, module, handler, events, false),
  ]);
  expect(control.spans).toHaveLength(0);
  expect(wrapped.answers).toEqual(control.answers);
  expect(wrapped.spans).toHaveLength(events.length);
  return wrapped.spans;
}

const LATER_MS = 60;
const CALLBACKS = `
  const later = (work) => setTimeout(work, ${LATER_MS});
  const failure = (event) => (event.fail ? new RangeError('asked to fail') : null);
  exports.callback = wrap((event, context, callback) => { later(() => callback(failure(event), 'called back')); });
  exports.rest = wrap((...all) => { later(() => all[2](failure(all[0]), all.length)); });
  exports.withDefault = wrap((event, context, callback = undefined) => {
    context.callbackWaitsForEmptyEventLoop = false;
    later(() => callback(failure(event), 'defaulted'));
  });
  exports.ofArguments = wrap(function () { const all = arguments; later(() => all[2](failure(all[0]), 'arguments')); });
  exports.context = wrap((event, context) => {
    later(() => (event.fail ? context.fail(failure(event)) : context.succeed('succeeded')));
  });
  exports.done = wrap((event, context) => { later(() => context.done(failure(event), 'done')); return 'ignored'; });`;

describeOnLambda(
  (runtime) => {
    const handlers = ['callback', 'rest', 'withDefault', 'ofArguments', 'context', 'done'];
    test.each(handlers)('a handler that answers later: %s', async (handler) => {
      const spans = await compare(runtime, ['index.js', CALLBACKS], handler, [{}, { fail: true }, {}]);
      for (const span of spans) expect(durationMs(span)).toBeGreaterThan(LATER_MS - 2);
      expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
        undefined,
        'RangeError',
        undefined,
      ]);
    });

    test('a handler that answers never: null, when nothing is left to do', async () => {
      const source = `exports.handler = wrap((event) => { setTimeout(() => {}, ${LATER_MS}); return 'ignored'; });`;
      const spans = await compare(runtime, ['index.js', source], 'handler', [{}, {}]);
      for (const span of spans) {
        expect(durationMs(span)).toBeGreaterThan(LATER_MS - 2);
        expect(span.status).toBeUndefined();
      }
    });
  },
  ({ client }) => client === 3,
);

const MIDDY = `import { middy } from '@middy/core';
  import { setTimeout as sleep } from 'node:timers/promises';
  const work = async (event, context, { signal } = {}) => {
    await sleep(event.ms ?? 0);
    if (event.fail) throw new RangeError('asked to fail');
    return { event, id: context.awsRequestId, aborted: signal?.aborted };
  };
  const plugin = { before: (request) => { request.event.seen = true; }, after: (request) => { request.response.after = 1; } };
  export const inside = middy(wrap(work)).use(plugin);
  export const outside = wrap(middy(work).use(plugin));
  export const built = wrap(middy()).use(plugin).before(() => undefined).handler(work);
  export const both = wrap(middy().use(plugin).handler(wrap(work)));
  await ready();`;

describeOnLambda(
  (runtime) => {
    // Its own `engines` begin with Node.js 22.
    const installed = peer('@middy/core') !== undefined;
    if (!installed)
      process.stderr.write('SKIPPED: @middy/core is not installed: run test/interop/install.sh\n');
    test.skipIf(!installed).each(['inside', 'outside', 'built', 'both'])(
      '@middy/core: %s',
      async (handler) => {
        const events = [{ a: 1 }, { fail: true }, { a: 3 }];
        const spans = await compare(runtime, ['index.mjs', MIDDY], handler, events);
        expect(spans.map(({ attributes }) => attributes['faas.invocation_id'])).toEqual([
          'req-1',
          'req-2',
          'req-3',
        ]);
        expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
          undefined,
          'RangeError',
          undefined,
        ]);
        for (const span of spans)
          expect(span.attributes['aws.lambda.invoked_arn']).toMatch(
            /^arn:aws:lambda:eu-west-1:123456789012:/,
          );
      },
    );
  },
  ({ execution }) => execution !== 'AWS_Lambda_nodejs20.x',
);
