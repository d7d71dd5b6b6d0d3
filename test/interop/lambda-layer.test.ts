/** The layer on AWS's own runtimes, together with OpenTelemetry's Lambda instrumentation and other wrapper scripts. */
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector, type ReceivedSpan } from '../../sdk/src/testing/test-collector.ts';
import {
  describeOnLambda,
  LAYER,
  startSandbox,
  writePackage,
  type LambdaRuntime,
} from './lambda-runtimes.ts';
import { describeWithPeer } from './peers.ts';

const WRAPPER = join(LAYER, 'sandscope-exec');
const OPENTELEMETRY = [
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-aws-lambda',
  '@opentelemetry/sdk-trace',
];

const SET_UP = `
  const provider = new TracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: new OTLPTraceExporter({ url: process.env.OTHER_COLLECTOR + '/v1/traces' }) }),
    ],
  });
  new AwsLambdaInstrumentation().setTracerProvider(provider);`;

const names = (spans: readonly ReceivedSpan[]): string[] => spans.map(({ name }) => name);
/** Without the handlers' outgoing operations: OpenTelemetry exports while they run. */
const ownNames = (spans: readonly ReceivedSpan[]): string[] => names(spans.filter(({ kind }) => kind !== 3));

describeWithPeer('@opentelemetry/instrumentation-aws-lambda', () => {
  /** As documented: preloaded, with a hook for ES modules if the runtime imports. */
  const preloads: Record<LambdaRuntime['client'], { file: string; text: string; options: string }> = {
    3: {
      file: 'otel.cjs',
      options: '--require',
      text: `const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
        const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
        const { SimpleSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');${SET_UP}`,
    },
    4: {
      file: 'otel.mjs',
      options: '--import',
      text: `import { register } from 'node:module';
        import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
        import { AwsLambdaInstrumentation } from '@opentelemetry/instrumentation-aws-lambda';
        import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
        register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);${SET_UP}`,
    },
  };

  describeOnLambda((runtime) => {
    const { file, text, options } = preloads[runtime.client];
    const functions: Record<string, string> = {
      'index.js':
        'exports.handler = async ({ n }) => { if (n === 2) throw new RangeError("two"); return { n }; };',
      // Client 3 offers nothing to hook into for instrumentation that is preloaded in this way.
      ...(runtime.client === 4 && {
        'index.mjs':
          'export const handler = async ({ n }) => { if (n === 2) throw new RangeError("two"); return { n }; };',
      }),
    };

    async function call(
      [name, source]: [string, string],
      env: (folder: string) => Record<string, string>,
      wrapper?: string,
    ): Promise<{ answers: unknown[]; other: string[]; ours: string[] }> {
      await using collector = await startCollector();
      await using other = await startCollector();
      const script = `#!/bin/sh\nexport NODE_OPTIONS="${options} $LAMBDA_TASK_ROOT/${file}"\nexec "$@"\n`;
      await using code = await writePackage(
        { [name]: source, [file]: text, 'other-wrapper': script },
        OPENTELEMETRY,
      );
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          OTHER_COLLECTOR: other.endpoint,
          ...env(code.folder),
        },
        ...(wrapper !== undefined && { wrapper: wrapper.replace('PACKAGE', code.folder) }),
      });
      const answers: unknown[] = [];
      for (const n of [1, 2, 3]) answers.push(await sandbox.invoke({ n }));
      await sandbox.api.idle();
      return { answers, other: names(other.spans), ours: ownNames(collector.spans) };
    }

    test.each(Object.entries(functions))('both record each invocation of %s once', async (...fn) => {
      const preloaded = (folder: string): Record<string, string> => ({
        NODE_OPTIONS: `${options} ${join(folder, file)}`,
      });
      const bare = await call(fn, preloaded);
      expect(bare).toMatchObject({ other: ['f', 'f', 'f'], ours: [] });
      const both = await call(fn, preloaded, WRAPPER);
      expect(both).toEqual({ ...bare, ours: ['sandscope.init', 'f', 'f', 'f'] });
    });

    test('two wrapper scripts: the other one is run after the layer’s', async () => {
      const fn: [string, string] = ['index.js', functions['index.js']!];
      const bare = await call(fn, () => ({}), 'PACKAGE/other-wrapper');
      expect(bare).toMatchObject({ other: ['f', 'f', 'f'], ours: [] });
      const chained = await call(
        fn,
        (folder) => ({ SANDSCOPE_EXEC_WRAPPER: join(folder, 'other-wrapper') }),
        WRAPPER,
      );
      expect(chained).toEqual({ ...bare, ours: ['sandscope.init', 'f', 'f', 'f'] });
    });
  });
});

describeOnLambda((runtime) => {
  test('what the function can see of it: nothing, and neither can what it starts', async () => {
    await using collector = await startCollector();
    const source = `
      const { fork } = require('node:child_process');
      const seen = () => ({
        handler: process.env._HANDLER,
        redirect: process.env.SANDSCOPE_REDIRECT ?? null,
        options: process.env.NODE_OPTIONS ?? null,
      });
      if (process.send) process.send(seen());
      exports.handler = async () => {
        const child = await new Promise((resolve) => fork(__filename).once('message', resolve));
        return { ...seen(), child };
      };`;
    await using code = await writePackage({ 'index.js': source });
    const options = {
      runtime,
      folder: code.folder,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    };
    await using bare = await startSandbox(options);
    await using wrapped = await startSandbox({ ...options, wrapper: WRAPPER });
    expect(await wrapped.invoke()).toEqual(await bare.invoke());
    await wrapped.api.idle();
    expect(names(collector.spans)).toEqual(['sandscope.init', 'f']);
  });
});

describeOnLambda((runtime) => {
  test('where load time goes: SANDSCOPE_MODULES is all that is needed', async () => {
    await using collector = await startCollector();
    await using code = await writePackage({
      'index.js': `require('slow'); exports.handler = async () => 1;`,
      'node_modules/slow/index.js': 'const end = Date.now() + 20; while (Date.now() < end);',
    });
    await using sandbox = await startSandbox({
      runtime,
      folder: code.folder,
      wrapper: WRAPPER,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_MODULES: '1' },
    });
    expect((await sandbox.invoke()).body).toBe(1);
    await sandbox.api.idle();
    const [init] = collector.spans;
    expect(init!.name).toBe('sandscope.init');
    const times = init!.events.map(({ attributes }) => [
      attributes['sandscope.package.name'],
      Number(attributes['sandscope.package.self_ms']),
    ]);
    expect(Object.fromEntries(times)).toMatchObject({ slow: expect.any(Number), '.': expect.any(Number) });
    expect(Object.fromEntries(times).slow).toBeGreaterThan(18);
  });
});

describeOnLambda(
  (runtime) => {
    test('a next wrapper that cannot be run is left out, and said', async () => {
      await using code = await writePackage({ 'index.mjs': 'export const handler = async () => 1;' });
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        wrapper: WRAPPER,
        env: { SANDSCOPE_EXEC_WRAPPER: '/opt/absent', SANDSCOPE_EXPORT: 'none' },
      });
      expect((await sandbox.invoke()).body).toBe(1);
      expect(sandbox.output()).toContain('SANDSCOPE_EXEC_WRAPPER names /opt/absent');
    });

    test.each([
      ['--permission --allow-addons --allow-fs-read=*', ['sandscope.init', 'f'], ''],
      [
        `--permission --allow-addons --allow-fs-read=PACKAGE --allow-fs-read=${LAYER}/`,
        ['sandscope.init', 'f'],
        '',
      ],
      ['--permission --allow-addons --allow-fs-read=PACKAGE', [], 'Node.js may not read'],
    ])('under the permission model: %s', async (nodeOptions, spans, said) => {
      await using collector = await startCollector();
      await using code = await writePackage({ 'index.mjs': 'export const handler = async () => 1;' });
      const readable = [code.folder, dirname(runtime.command[1]!)].join(' --allow-fs-read=');
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        wrapper: WRAPPER,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          NODE_OPTIONS: nodeOptions.replace('PACKAGE', readable),
        },
      });
      expect((await sandbox.invoke()).body).toBe(1);
      expect(sandbox.output()).toContain(said);
      await collector.until((all) => all.length === spans.length);
      expect(names(collector.spans)).toEqual(spans);
    });

    test('a managed instance: each of its worker threads has the layer', async () => {
      await using collector = await startCollector();
      const source = `import { threadId } from 'node:worker_threads';
        export const handler = async () => ({ onMainThread: threadId === 0, handler: process.env._HANDLER });`;
      await using code = await writePackage({ 'index.mjs': source });
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        wrapper: WRAPPER,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
          AWS_LAMBDA_MAX_CONCURRENCY: '2',
          AWS_LAMBDA_NODEJS_WORKER_COUNT: '2',
        },
      });
      for (const _ of [1, 2]) {
        expect((await sandbox.invoke()).body).toEqual({ onMainThread: false, handler: 'index.handler' });
      }
      await collector.until((spans) => spans.filter(({ name }) => name === 'f').length === 2);
      const recorded = collector.spans.filter(({ name }) => name === 'f');
      for (const { attributes } of recorded) expect(attributes['sandscope.init.type']).toBe('managed');
      const ordinals = recorded.map(({ attributes }) => attributes['sandscope.sandbox.ordinal']);
      expect(new Set(ordinals)).toEqual(new Set(['1', '2']));
    });

    test('a function that brings and wraps with a copy of its own is recorded once', async () => {
      await using collector = await startCollector();
      const source = `import { wrap } from '@sandscope/sdk';
        export const handler = wrap(async ({ n }) => { if (n === 2) process.exit(7); return n; });`;
      await using code = await writePackage({ 'index.mjs': source }, ['@sandscope/sdk']);
      await using sandbox = await startSandbox({
        runtime,
        folder: code.folder,
        wrapper: WRAPPER,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      });
      expect((await sandbox.invoke({ n: 1 })).body).toBe(1);
      await sandbox.api.idle();
      void sandbox.invoke({ n: 2 });
      expect(await sandbox.ended).toBe(7);
      expect(sandbox.api.calls.filter((call) => call === 'register')).toHaveLength(1);
      expect(names(collector.spans)).toEqual(['sandscope.init', 'f', 'f', 'sandscope.shutdown']);
    });
  },
  ({ client }) => client === 4,
);
