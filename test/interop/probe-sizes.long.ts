/** `sandscope probe memory --publish-sizes` and `probe clean`: moto keeps versions, the local platform runs them. */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  GetFunctionCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withLambda } from '../../collector/src/lambda/index.ts';
import { publishSizes } from '../../collector/src/lambda/size-versions.ts';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { probeFunction, startTruth } from '../experiments/harness.ts';
import { temporaryFolder, until } from '../support/stack.ts';
import { startAwsRelay } from './aws-relay.ts';
import type { AwsRelay, AwsRequest } from './aws-relay.ts';
import { awsVariables, createRole, MOTO_ACCOUNT, MOTO_REGION, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { describeWithMoto } from './peers.ts';
import { runCommand as run } from './run-command.ts';

const SIZES = [128, 256];
const INVOKED = /\/functions\/probe(?::|%3A)sandscope-(\d+)\/invocations/;

describeWithMoto((program) => {
  let moto: Moto;
  let role: string;
  let relay: AwsRelay;
  let platform: PlatformHandle;
  let client: LambdaClient;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    moto = await startMoto(program);
    platform = await startTruth(SIZES.map((memoryMb) => probeFunction(`size-${memoryMb}`, { memoryMb })));
    relay = await startAwsRelay(moto.url, { answer: runHere });
    for (const [name, value] of Object.entries(awsVariables(relay.url))) vi.stubEnv(name, value);
    client = new LambdaClient({ endpoint: moto.url });
    role = await createRole(moto);
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'probe',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        MemorySize: 512,
        Role: role,
        Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from('export const handler = async () => 1;') }) },
      }),
    );
    await client.send(new PublishVersionCommand({ FunctionName: 'probe', Description: 'release 1' }));
    await client.send(new CreateAliasCommand({ FunctionName: 'probe', Name: 'live', FunctionVersion: '1' }));
  });

  afterAll(async () => {
    client.destroy();
    vi.unstubAllEnvs();
    await relay.close();
    await platform.stop();
    await moto.stop();
    await folder.remove();
  });

  /** Calls of one of our aliases run as a function of that size. */
  async function runHere({ path, body }: AwsRequest) {
    const size = INVOKED.exec(path)?.[1];
    if (size === undefined) return undefined;
    const answer = await fetch(`${platform.url}/2015-03-31/functions/size-${size}/invocations`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'x-amz-log-type': 'Tail' },
    });
    // A sandbox that is still sending its telemetry takes no call, and another one would start cold.
    await until(
      'the platform is at rest',
      async () => platform.status().map(({ state }) => state),
      (states) => states.every((state) => ['frozen', 'idle', 'down'].includes(state)),
    );
    const headers = [...answer.headers].filter(([name]) => name.startsWith('x-amz'));
    return {
      status: answer.status,
      headers: Object.fromEntries(headers),
      body: Buffer.from(await answer.arrayBuffer()),
    };
  }

  async function state() {
    const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName: 'probe' }));
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'probe' }));
    const { Configuration, Tags = {} } = await client.send(new GetFunctionCommand({ FunctionName: 'probe' }));
    return {
      aliases: Aliases.map(({ Name }) => Name),
      versions: Versions.map(({ Version, Description }) => `${Version} ${Description}`.trim()),
      memoryMb: Configuration?.MemorySize,
      tags: Tags,
    };
  }

  const own = { aliases: ['live'], versions: ['$LATEST', '1 release 1'], memoryMb: 512, tags: {} };

  it('measures one function at every size, and leaves it as it was', async () => {
    expect(await state()).toEqual(own);
    const options = ['--lambda', 'probe', '--set', 'sizes=128,256', '--set', 'warm=3', '--set', 'cold=0'];
    const measuring = ['probe', 'memory', ...options, '--set', 'rounds=100', '--publish-sizes'];
    const plan = await run(...measuring, '--dry-run');
    expect(plan).toContain('function = probe:sandscope-{memory}');
    expect(await state()).toEqual(own);
    const result = JSON.parse(await run(...measuring, '--yes', '--json', '--out', folder.path)) as {
      counts: { ok: number };
      summary: { sizes: { memoryMb: number; warm: { n: number } }[] };
    };
    expect(result.counts.ok).toBe(6);
    expect(result.summary.sizes.map(({ memoryMb, warm }) => [memoryMb, warm.n])).toEqual([
      [128, 3],
      [256, 3],
    ]);
    expect(await state()).toEqual(own);
  });

  it('clean removes what an interrupted run left behind, and nothing else', async () => {
    await withLambda(undefined, 'test', (lambda) => publishSizes(lambda, 'probe', SIZES));
    // As if the process had been killed between two sizes.
    await fetch(`${moto.url}/2015-03-31/functions/probe/configuration`, {
      method: 'PUT',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=A/20260101/${MOTO_REGION}/lambda/aws4_request` },
      body: JSON.stringify({ MemorySize: 256 }),
    });
    await fetch(
      `${moto.url}/2017-03-31/tags/${encodeURIComponent(`arn:aws:lambda:${MOTO_REGION}:${MOTO_ACCOUNT}:function:probe`)}`,
      {
        method: 'POST',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=A/20260101/${MOTO_REGION}/lambda/aws4_request`,
        },
        body: JSON.stringify({ Tags: { 'sandscope-probe-memory-mb': '512' } }),
      },
    );
    const left = await state();
    expect(left).toMatchObject({ memoryMb: 256, aliases: ['live', 'sandscope-128', 'sandscope-256'] });
    expect(await run('probe', 'clean', '--lambda', 'probe')).toBe(
      'probe: 2 aliases and 2 versions removed; its memory size is 512 MB again\n',
    );
    expect(await state()).toEqual(own);
    expect(await run('probe', 'clean', '--lambda', 'probe')).toBe(
      'probe: 0 aliases and 0 versions removed\n',
    );
  });

  it('changes no alias of others, whatever its name', async () => {
    const others = { FunctionName: 'probe', Name: 'sandscope-256', FunctionVersion: '1' };
    await client.send(new CreateAliasCommand(others));
    const before = await state();
    expect(before.aliases).toEqual(['live', 'sandscope-256']);
    await expect(
      run('probe', 'memory', '--lambda', 'probe', '--set', 'sizes=128,256', '--publish-sizes', '--yes'),
    ).rejects.toMatchObject({ code: 'ERR_AWS', message: expect.stringContaining('sandscope-256') as string });
    expect(await state()).toEqual(before);
    await client.send(new DeleteAliasCommand({ FunctionName: 'probe', Name: 'sandscope-256' }));
  });

  it('says where it does not apply', async () => {
    for (const args of [
      ['probe', 'memory', '--url', 'http://127.0.0.1:9/', '--publish-sizes'],
      ['probe', 'memory', '--lambda', 'probe:live', '--publish-sizes'],
      ['probe', 'backoff', '--lambda', 'probe', '--publish-sizes'],
      ['probe', 'clean'],
    ])
      await expect(run(...args)).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });
});
