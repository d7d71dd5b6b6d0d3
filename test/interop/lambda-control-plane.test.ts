/** `sandscope layer`, `instrument` and `uninstrument` against moto's control plane. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Runtime } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/stack.ts';
import { startAwsRelay } from './aws-relay.ts';
import type { AwsRelay } from './aws-relay.ts';
import { awsVariables, createRole, MOTO_ACCOUNT, MOTO_REGION, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { describeWithMoto } from './peers.ts';
import { runCommand as run } from './run-command.ts';

const ENDPOINT = 'https://collector.example.com';
const LAYER = `arn:aws:lambda:${MOTO_REGION}:${MOTO_ACCOUNT}:layer:sandscope:1`;
const CODE = zipSync({ 'index.mjs': Buffer.from('export const handler = async () => 1;') });

describeWithMoto((program) => {
  let moto: Moto;
  let role: string;
  let relay: AwsRelay;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let client: LambdaClient;
  /** This many answers about a function say that an update is in progress. */
  let changing = 0;

  beforeAll(async () => {
    folder = await temporaryFolder();
    moto = await startMoto(program);
    relay = await startAwsRelay(moto.url, {
      answered: ({ method, path }, body) => {
        if (method !== 'GET' || !/\/functions\//.test(path) || changing === 0) return undefined;
        changing--;
        return body.replace('"LastUpdateStatus": "Successful"', '"LastUpdateStatus": "InProgress"');
      },
    });
    for (const [name, value] of Object.entries(awsVariables(relay.url))) vi.stubEnv(name, value);
    client = new LambdaClient({ endpoint: moto.url });
    role = await createRole(moto);
  });

  beforeEach(() => {
    changing = 0;
  });

  afterAll(async () => {
    client.destroy();
    vi.unstubAllEnvs();
    await relay.close();
    await moto.stop();
    await folder.remove();
  });

  async function createFunction(
    name: string,
    more: { readonly variables?: Record<string, string>; readonly runtime?: Runtime } = {},
  ): Promise<void> {
    const { variables, runtime = 'nodejs22.x' } = more;
    await client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: runtime,
        Handler: 'index.handler',
        Role: role,
        Code: { ZipFile: CODE },
        ...(variables && { Environment: { Variables: variables } }),
      }),
    );
  }

  const settingsOf = async (name: string) => {
    const { Environment, Layers = [] } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    return { variables: Environment?.Variables ?? {}, layers: Layers.map(({ Arn }) => Arn) };
  };

  /** The output of a command. */
  it('publishes the layer once, and instruments a function once', async () => {
    await createFunction('resize', { variables: { TABLE: 'thumbnails' } });
    await expect(run('instrument', 'resize', '--endpoint', ENDPOINT)).rejects.toMatchObject({
      code: 'ERR_LAYER_NOT_FOUND',
      message: expect.stringContaining('sandscope layer publish') as string,
    });
    expect(await run('layer', 'publish', '--dry-run')).toContain(
      'a new version of sandscope would be published',
    );
    expect(await run('layer', 'publish')).toBe(`${LAYER}\n`);
    expect(await run('layer', 'publish')).toContain('published before, nothing changed');

    const before = await settingsOf('resize');
    const plan = await run('instrument', 'resize', '--endpoint', ENDPOINT, '--dry-run', '--json');
    expect(JSON.parse(plan)).toMatchObject({
      function: 'resize',
      changed: false,
      difference: [{ sign: '+' }, {}, {}, {}],
    });
    expect(await settingsOf('resize')).toEqual(before);

    changing = 3;
    expect(await run('instrument', 'resize', '--endpoint', ENDPOINT)).toContain('resize is instrumented');
    // It waited for the earlier update in progress, and for its own.
    expect(changing).toBe(0);
    const after = await settingsOf('resize');
    expect(after).toMatchObject({
      layers: [LAYER],
      variables: {
        TABLE: 'thumbnails',
        AWS_LAMBDA_EXEC_WRAPPER: '/opt/sandscope-exec',
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
      },
    });
    const updates = () => relay.requests.filter(({ method }) => method === 'PUT').length;
    const sofar = updates();
    expect(await run('instrument', 'resize', '--endpoint', `${ENDPOINT}/v1/traces`)).toContain(
      'nothing to change',
    );
    expect(updates()).toBe(sofar);
    expect(await settingsOf('resize')).toEqual(after);
    expect(await run('uninstrument', 'resize')).toContain('resize is uninstrumented');
    expect(await settingsOf('resize')).toEqual(before);
  });

  it('reads the token from a file, and never prints it', async () => {
    await run('layer', 'publish');
    await createFunction('secretive');
    const token = 'of-the-collector-0123456789';
    const file = join(folder.path, 'token');
    await writeFile(file, `${token}\n`);
    const said = await run('instrument', 'secretive', '--endpoint', ENDPOINT, '--token-file', file);
    expect(said).toContain('+ OTEL_EXPORTER_OTLP_HEADERS (not shown)');
    expect(said).not.toContain(token);
    const { variables } = await settingsOf('secretive');
    expect(variables['OTEL_EXPORTER_OTLP_HEADERS']).toBe(`authorization=Bearer%20${token}`);
  });

  it('reports what AWS refuses, and what cannot be instrumented', async () => {
    await run('layer', 'publish');
    await createFunction('pythonic', { runtime: 'python3.12' });
    await createFunction('wrapped', { variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } });
    const instrumenting = (name: string, ...more: string[]) =>
      run('instrument', name, '--endpoint', ENDPOINT, ...more);
    await expect(instrumenting('pythonic')).rejects.toMatchObject({ code: 'ERR_LAMBDA_RUNTIME' });
    await expect(instrumenting('wrapped')).rejects.toMatchObject({ code: 'ERR_LAMBDA_WRAPPER' });
    expect(await settingsOf('wrapped')).toMatchObject({ layers: [] });
    await expect(instrumenting('unknown')).rejects.toMatchObject({
      code: 'ERR_AWS',
      message: expect.stringContaining(
        'the function unknown cannot be changed: ResourceNotFoundException',
      ) as string,
    });
    await expect(instrumenting('wrapped:live')).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining('only $LATEST') as string,
    });
    await expect(run('instrument', 'wrapped')).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(run('instrument', 'wrapped', '--endpoint', 'https://u:hush@x')).rejects.toThrow(
      /^(?!.*hush)/,
    );
    await expect(run('uninstrument')).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(run('layer', 'unpublish')).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('chains a wrapper where that is wanted, and leaves alone what was changed since', async () => {
    await run('layer', 'publish');
    await createFunction('chained', { variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } });
    await run('instrument', 'chained', '--endpoint', ENDPOINT, '--chain-wrapper');
    const { variables, layers } = await settingsOf('chained');
    expect(variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/sandscope-exec',
      SANDSCOPE_EXEC_WRAPPER: '/opt/otel-handler',
    });
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'chained',
        Layers: layers.flatMap((arn) => arn ?? []),
        Environment: { Variables: { ...variables, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://mine.example' } },
      }),
    );
    expect(JSON.parse(await run('uninstrument', 'chained', '--json'))).toMatchObject({
      changed: true,
      changedSince: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    });
    expect(await settingsOf('chained')).toEqual({
      layers: [],
      variables: {
        AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://mine.example',
      },
    });
  });
});
