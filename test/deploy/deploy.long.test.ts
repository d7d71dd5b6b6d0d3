/** Every example that a tool can validate offline. `install.sh` installs the tools; a missing one is a loud skip. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES, run, toolOf, TOOLS } from './tools.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: { readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> } };
}

/** A copy of the examples, beside an empty layer file: tools look for the file, and pack it. */
let folder: string;
const at = (path: string): string => join(folder, 'examples/deploy', path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-deploy-'));
  await cp(EXAMPLES, join(folder, 'examples/deploy'), { recursive: true });
  await cp(join(EXAMPLES, 'function'), join(folder, 'sdk/layer/function'), { recursive: true });
  // The smallest possible zip: an empty one.
  await writeFile(
    join(folder, 'sdk/layer/sandscope-layer.zip'),
    Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex'),
  );
  for (const path of ['one-machine', 'one-machine/kubernetes'])
    for (const name of ['ingest-tokens', 'query-tokens'])
      await writeFile(join(at(path), name), 'x'.repeat(32));
});

afterAll(async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }));

const LIMIT = 600_000;

describe('AWS Lambda', () => {
  const lint = toolOf('cfn-lint', 'templates of CloudFormation');
  const cdk = toolOf('cdk', 'the CDK app');
  const osls = toolOf('osls', 'the Serverless example');
  // A command of python-hcl2: the Python beside it has the module.
  const hcl2 = toolOf('hcl2tojson', 'the syntax of Terraform');
  const terraform = toolOf('terraform', 'the format of Terraform');

  test.skipIf(lint === undefined)(
    'cfn-lint accepts the SAM template',
    async () => {
      expect(
        await run(lint!, ['--format', 'parseable', at('sam/template.yaml')], { timeoutMillis: LIMIT }),
      ).toBe('');
    },
    LIMIT,
  );

  test.skipIf(cdk === undefined || lint === undefined)(
    'the CDK app makes a template that cfn-lint accepts',
    async () => {
      await symlink(join(TOOLS, 'node_modules'), at('cdk/node_modules'));
      await run(cdk!, ['synth', '--quiet', '--output', at('cdk.out')], {
        cwd: at('cdk'),
        timeoutMillis: LIMIT,
      });
      const template = at('cdk.out/SandscopeExample.template.json');
      const { Resources } = JSON.parse(await readFile(template, 'utf8'));
      const lambda = Object.values<Resource>(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
      expect(lambda!.Properties.Environment.Variables).toMatchObject({
        AWS_LAMBDA_EXEC_WRAPPER: '/opt/sandscope-exec',
        OTEL_EXPORTER_OTLP_HEADERS: expect.stringContaining(
          '{{resolve:secretsmanager:sandscope-ingest-token',
        ),
      });
      await run(lint!, ['--ignore-checks', 'W', '--', template], { timeoutMillis: LIMIT });
    },
    LIMIT,
  );

  test.skipIf(osls === undefined)(
    'osls reads the Serverless example and accepts its configuration',
    async () => {
      // Not `package`: with a layer it asks AWS for the existing stack.
      const printed = await run(osls!, ['print', '--format', 'json'], {
        cwd: at('serverless'),
        timeoutMillis: LIMIT,
        env: {
          COLLECTOR_URL: 'https://collector.example.com',
          INGEST_TOKEN: 'an-ingest-token-of-a-test',
          SLS_TELEMETRY_DISABLED: '1',
          SLS_NOTIFICATIONS_MODE: 'off',
        },
      });
      expect(JSON.parse(printed)).toMatchObject({
        provider: {
          environment: {
            AWS_LAMBDA_EXEC_WRAPPER: '/opt/sandscope-exec',
            OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.com',
            OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20an-ingest-token-of-a-test',
          },
        },
        functions: { hello: { handler: 'index.handler' } },
      });
    },
    LIMIT,
  );

  test.skipIf(hcl2 === undefined)(
    'the Terraform example is parsed, and not validated further',
    async () => {
      const code = 'import hcl2, json, sys; print(json.dumps(hcl2.load(open(sys.argv[1]))))';
      const parsed = JSON.parse(
        await run(join(dirname(hcl2!), 'python3'), ['-c', code, at('terraform/main.tf')]),
      );
      expect(JSON.stringify(parsed.resource)).toContain('aws_lambda_layer_version');
      if (terraform !== undefined) await run(terraform, ['fmt', '-check', '-diff', at('terraform')]);
    },
    LIMIT,
  );
});

describe('one machine', () => {
  const docker = toolOf('docker', 'the Compose file');
  const systemd = toolOf('systemd-analyze', 'the systemd unit');
  const kubectl = toolOf('kubectl', 'the Kustomization');
  const validate = toolOf('kubernetes-validate', 'the schemas of Kubernetes');

  test.skipIf(docker === undefined)('Compose reads its file', async ({ skip }) => {
    const compose = ['compose', '--file', at('one-machine/compose.yaml'), 'config', '--format', 'json'];
    if ((await run(docker!, ['compose', 'version']).catch(() => '')) === '') skip('docker has no compose');
    const { services } = JSON.parse(await run(docker!, compose));
    expect(Number(services.collector.mem_limit)).toBe(3 * 1024 ** 3);
  });

  test.skipIf(systemd === undefined)('systemd verifies its unit', async () => {
    const unit = at('one-machine/sandscope.service');
    await run(systemd!, ['verify', unit], { env: { SYSTEMD_LOG_LEVEL: 'warning' } });
    // From 0 (sealed off) to 10 (open).
    const exposure = await run(systemd!, ['security', '--offline=true', '--threshold=30', unit]);
    expect(exposure).toContain('Overall exposure level');
  });

  test.skipIf(kubectl === undefined || validate === undefined)(
    'Kustomize makes manifests that Kubernetes accepts',
    async () => {
      const manifests = await run(kubectl!, ['kustomize', at('one-machine/kubernetes')]);
      expect(manifests).toMatch(/^kind: StatefulSet$/m);
      const file = join(folder, 'manifests.yaml');
      await writeFile(file, manifests);
      expect(await run(validate!, ['--strict', '--kubernetes-version', '1.31', file])).not.toContain('ERROR');
    },
  );
});
