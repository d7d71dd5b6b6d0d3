/**
 * Third-party frameworks and runtimes under OpenTelemetry's own instrumentations, without our code in the program:
 * Google's functions framework, Knative's runtime for Node.js, AWS Lambda in Python.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freePort, startRuntime } from '../platforms/support.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson, until, type Collector } from '../support/stack.ts';
import { describeWithPeer, describeWithPython } from './peers.ts';

const FOLDER = fileURLToPath(new URL('plain-otel', import.meta.url));
/** Time for programs that load OpenTelemetry, on a busy machine. */
const TIMEOUT_MILLIS = 180_000;
/** What is known if sandboxes are named and nothing says which call was cold. */
const BY_SANDBOX = ['invocations', 'sandboxes', 'reuse', 'evictions', 'concurrency', 'pick-order'];

interface Summary {
  readonly invocations: number;
  readonly knows: readonly string[];
  readonly missing: readonly { readonly answers: readonly string[]; readonly add: string }[];
}

function environment(collector: Collector): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    NODE_NO_WARNINGS: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
}

function summaryOf(collector: Collector, name: string, invocations: number): Promise<Summary> {
  return until(
    `${name} has ${invocations} invocations`,
    () => getJson<Summary>(`${collector.url}/api/v1/functions/${name}`),
    (summary) => summary.invocations === invocations,
  );
}

/** Serves a function with a framework twice, three calls each, and returns what the collector knows about it. */
async function serveTwice(
  collector: Collector,
  name: string,
  { args, ready, env }: { args: (port: number) => string[]; ready: RegExp; env: (n: number) => object },
): Promise<Summary> {
  for (const n of [1, 2]) {
    const port = await freePort();
    await using app = await startRuntime({
      folder: FOLDER,
      args: ['--import', './telemetry.mjs', ...args(port)],
      ready,
      port,
      env: { ...environment(collector), OTEL_SERVICE_NAME: name, ...env(n) },
    });
    for (let call = 0; call < 3; call += 1) expect(await (await fetch(app.url)).text()).toContain('hello');
    await summaryOf(collector, name, 3 * n);
  }
  return summaryOf(collector, name, 6);
}

describeWithPeer('@google-cloud/functions-framework', (framework) => {
  const collector = sharedCollector();

  it.each([
    [
      'the instance of its service',
      'gcf-by-service',
      'service.instance.id',
      () => ({ OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance' }),
    ],
    [
      'its own name of the instance',
      'gcf-by-faas',
      'faas.instance',
      (n: number) => ({
        OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance',
        OTEL_RESOURCE_ATTRIBUTES: `faas.name=gcf-by-faas,faas.instance=instance-${n},cloud.provider=gcp`,
      }),
    ],
  ] as const)(
    'identifies sandboxes by %s',
    async (_what, name, source, env) => {
      const summary = await serveTwice(collector(), name, {
        args: (port) => [
          join(framework, 'build/src/main.js'),
          '--source',
          'functions',
          '--target',
          'hello',
          '--port',
          String(port),
        ],
        ready: /URL: http/,
        env,
      });
      expect(summary).toMatchObject({
        sandboxes: 2,
        withoutSandbox: 0,
        sandboxIdSources: [source],
        knows: BY_SANDBOX,
      });
      const why = summary.missing.find(({ answers }) => answers.includes('cold-starts'));
      expect(why?.add).toContain('faas.coldstart');
    },
    TIMEOUT_MILLIS,
  );
});

describeWithPeer('faas-js-runtime', (runtime) => {
  const collector = sharedCollector();

  it(
    'identifies sandboxes by the instance of its service',
    async () => {
      const summary = await serveTwice(collector(), 'knative-plain', {
        args: (port) => [
          join(runtime, 'bin/cli.js'),
          'functions/index.js',
          '--port',
          String(port),
          '--log-level',
          'info',
        ],
        ready: /Server listening at/,
        env: () => ({ OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance' }),
      });
      expect(summary).toMatchObject({
        sandboxes: 2,
        withoutSandbox: 0,
        sandboxIdSources: ['service.instance.id'],
        knows: BY_SANDBOX,
      });
    },
    TIMEOUT_MILLIS,
  );
});

describeWithPython((python) => {
  const collector = sharedCollector();

  it(
    'on AWS Lambda identifies sandboxes by what names the instance',
    async () => {
      const call = (stream: string, calls: number, attributes: string) =>
        promisify(execFile)(python, ['lambda_calls.py', String(calls)], {
          cwd: FOLDER,
          env: {
            ...environment(collector()),
            PYTHONDONTWRITEBYTECODE: '1',
            OTEL_RESOURCE_ATTRIBUTES: attributes,
            _HANDLER: 'lambda_handler.handler',
            AWS_LAMBDA_FUNCTION_NAME: 'python-lambda',
            AWS_LAMBDA_LOG_STREAM_NAME: stream,
          },
        });
      const named = (stream: string): string => `faas.name=python-lambda,faas.instance=${stream}`;
      await call('aa', 3, named('aa'));
      await call('bb', 1, named('bb'));
      await call('cc', 2, 'service.name=python-bare');
      expect(await summaryOf(collector(), 'python-lambda', 4)).toMatchObject({
        sandboxes: 2,
        sandboxIdSources: ['faas.instance'],
        knows: BY_SANDBOX,
      });
      // The SDK for Python names the service instance by itself.
      expect(await summaryOf(collector(), 'python-bare', 2)).toMatchObject({
        sandboxes: 1,
        sandboxIdSources: ['service.instance.id'],
        knows: BY_SANDBOX,
      });
    },
    TIMEOUT_MILLIS,
  );
}, 'opentelemetry-instrumentation-aws-lambda');
