/** Spans of OpenTelemetry's own instrumentations, without our code in the program, are enough for answers. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startRuntime } from '../platforms/support.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson, until } from '../support/stack.ts';

const FOLDER = fileURLToPath(new URL('plain-otel', import.meta.url));
/** Time for programs that load OpenTelemetry, on a busy machine. */
const TIMEOUT_MILLIS = 180_000;

interface Summary {
  readonly function: string;
  readonly invocations: number;
  readonly sandboxes?: number;
  readonly cold: number;
  readonly coldRate: { readonly n: number };
  readonly withoutSandbox: number;
  readonly sandboxIdSources: readonly string[];
  readonly knows: readonly string[];
  readonly missing: readonly { readonly answers: readonly string[]; readonly add: string }[];
}

describe('spans of OpenTelemetry alone', () => {
  const collector = sharedCollector();
  const environment = (): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    NODE_NO_WARNINGS: '1',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector().url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  const summaryOf = (name: string, invocations: number): Promise<Summary> =>
    until(
      `${name} has ${invocations} invocations`,
      () => getJson<Summary>(`${collector().url}/api/v1/functions/${name}`),
      (summary) => summary.invocations === invocations,
    );

  it(
    'of its instrumentation for AWS Lambda tell of sandboxes, cold starts and accounts',
    async () => {
      const call = (instance: string, ...args: string[]) =>
        promisify(execFile)(process.execPath, ['lambda.mjs', ...args], {
          cwd: FOLDER,
          env: {
            ...environment(),
            OTEL_SERVICE_NAME: 'plain-bare',
            LAMBDA_TASK_ROOT: FOLDER,
            _HANDLER: 'handler.handler',
            AWS_LAMBDA_FUNCTION_NAME: 'plain-lambda',
            AWS_LAMBDA_FUNCTION_VERSION: '7',
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
            AWS_REGION: 'eu-west-1',
            AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
            AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/plain-lambda',
            AWS_LAMBDA_LOG_STREAM_NAME: instance,
          },
        });
      await call('2026/11/29/[7]aa', '3');
      await call('2026/11/29/[7]bb', '1');
      await call('2026/11/29/[7]cc', '2', 'bare');
      const summary = await summaryOf('plain-lambda', 4);
      expect(summary).toMatchObject({
        sandboxes: 2,
        cold: 2,
        coldRate: { n: 4 },
        withoutSandbox: 0,
        sandboxIdSources: ['faas.instance'],
        knows: ['invocations', 'cold-starts', 'sandboxes', 'reuse', 'evictions', 'concurrency', 'pick-order'],
      });
      expect(summary.missing.flatMap(({ answers }) => answers).sort()).toEqual([
        'cold-start-cost',
        'hops',
        'hosts',
        'loss',
      ]);
      // Without a resource detector, the function has the name of its service.
      const bare = await summaryOf('plain-bare', 2);
      expect(bare).toMatchObject({ withoutSandbox: 2, cold: 1, knows: ['invocations', 'cold-starts'] });
      const { url } = collector();
      const of = async (query: string) =>
        (await getJson<{ functions: Summary[] }>(`${url}/api/v1/functions?${query}`)).functions.length;
      expect(await of('account=123456789012&function=plain-lambda')).toBe(1);
      expect(await of('account=999999999999&function=plain-lambda')).toBe(0);
      const { sandboxes } = await getJson<{ sandboxes: { id: string; invocations: number }[] }>(
        `${url}/api/v1/sandboxes?function=plain-lambda`,
      );
      expect(new Map(sandboxes.map(({ id, invocations }) => [id, invocations]))).toEqual(
        new Map([
          ['2026/11/29/[7]aa', 3],
          ['2026/11/29/[7]bb', 1],
        ]),
      );
    },
    TIMEOUT_MILLIS,
  );

  it(
    'of its HTTP instrumentation name the sandbox by the instance of the service, or by nothing',
    async () => {
      const serve = async (name: string, detectors: string): Promise<void> => {
        await using app = await startRuntime({
          folder: FOLDER,
          args: ['http.mjs'],
          ready: /listening on (\d+)/,
          env: { ...environment(), OTEL_SERVICE_NAME: name, OTEL_NODE_RESOURCE_DETECTORS: detectors },
        });
        for (let call = 0; call < 3; call += 1) await (await fetch(app.url)).text();
        await app.stop();
      };
      await serve('plain-http', 'env,serviceinstance');
      await serve('plain-http', 'env,serviceinstance');
      await serve('plain-nobody', 'env');
      expect(await summaryOf('plain-http', 6)).toMatchObject({
        sandboxes: 2,
        coldRate: { n: 0 },
        sandboxIdSources: ['service.instance.id'],
      });
      const nobody = await summaryOf('plain-nobody', 3);
      expect(nobody).toMatchObject({ withoutSandbox: 3, knows: ['invocations'], sandboxIdSources: [] });
      expect(nobody).not.toHaveProperty('sandboxes');
      const why = nobody.missing.find(({ answers }) => answers.includes('sandboxes'));
      expect(why?.add).toContain('faas.instance');
    },
    TIMEOUT_MILLIS,
  );
});
