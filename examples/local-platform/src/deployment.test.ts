import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFunctionReference } from './function-name.ts';
import {
  HOLD,
  startGate,
  startTestPlatform,
  temporaryFolder,
  writeFunctions,
  type TestPlatform,
} from './test-platform.ts';

const TELL = (text: string): string => `
const { AWS_LAMBDA_FUNCTION_VERSION: version, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory } = process.env;
export const handler = async (event, context) =>
  ({ text: '${text}', pid: process.pid, version, memory, logStream: context.logStreamName });`;

async function sourceFile(text: string): Promise<string> {
  const source = join(await temporaryFolder(), 'it.mjs');
  await writeFile(source, text);
  return source;
}

async function postDeploy(platform: TestPlatform, body: unknown, type = 'application/json') {
  const response = await fetch(`${platform.url}/control/deploys`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a deploy while the platform runs', () => {
  it('sends events to the new version, and ends idle sandboxes of the old one', async () => {
    const platform = await startTestPlatform({ it: TELL('one') });
    const before = (await platform.call('it')).body as { pid: number };
    expect(before).toMatchObject({ text: 'one', version: '$LATEST', memory: '128' });
    await platform.atRest();
    const changes = { source: await sourceFile(TELL('two')), version: '2', memoryMb: 256 };
    expect(await postDeploy(platform, { function: 'it', changes })).toEqual({
      status: 200,
      body: { name: 'it', region: 'local', account: '000000000000', version: '2', revision: 2, replaced: 1 },
    });
    const response = await fetch(`${platform.url}/2015-03-31/functions/it/invocations`, { method: 'POST' });
    expect(response.headers.get('x-amz-executed-version')).toBe('2');
    const after = (await response.json()) as { pid: number };
    expect(after).toMatchObject({ text: 'two', version: '2', memory: '256' });
    expect(after).toMatchObject({ logStream: expect.stringMatching(/\/\[2\][0-9a-f]{32}$/) as string });
    expect(after.pid).not.toBe(before.pid);
    await expect.poll(() => platform.status()).toMatchObject([{ pid: after.pid, version: '2', revision: 2 }]);
    expect(await platform.eventsOf('deploy')).toMatchObject([
      { revision: 1, version: '$LATEST', memoryMb: 128 },
      { revision: 2, version: '2', memoryMb: 256, old: 'drain' },
    ]);
    const [evict] = await platform.eventsOf('evict');
    expect(evict).toMatchObject({ reason: 'deploy', idleMillis: expect.any(Number) as number });
    expect(evict).not.toHaveProperty('law');
    expect(await platform.eventsOf('death')).toMatchObject([{ cause: 'deploy', sandboxEnded: true }]);
    expect((await platform.eventsOf('birth')).map(({ revision }) => revision)).toEqual([1, 2]);
    expect(platform.truth().total).toMatchObject({ sandboxes: 2, evicted: 0, replaced: 1 });
  });

  it('lets busy sandboxes answer first', async () => {
    const platform = await startTestPlatform({ it: HOLD });
    const url = await startGate(2);
    const held = platform.call('it', { url });
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'busy' }]);
    const { pid } = platform.status()[0]!;
    const source = await sourceFile(TELL('two'));
    expect(await platform.deploy({ function: 'it', changes: { source } })).toMatchObject({ replaced: 1 });
    expect((await platform.call('it')).body).toMatchObject({ text: 'two' });
    expect(platform.status()).toMatchObject([{ pid, state: 'busy', revision: 1 }, { revision: 2 }]);
    await fetch(url); // The second call at the gate.
    expect(await held).toMatchObject({ functionError: null, body: { pid } });
    await expect.poll(() => platform.status()).toMatchObject([{ revision: 2 }]);
    const [evict] = await platform.eventsOf('evict');
    expect(evict).toMatchObject({ reason: 'deploy' });
    expect(evict).not.toHaveProperty('idleMillis');
  });

  it('can kill busy sandboxes', async () => {
    const platform = await startTestPlatform({ it: HOLD });
    const held = platform.call('it', { url: await startGate(2) });
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'busy' }]);
    const source = await sourceFile(TELL('two'));
    await platform.deploy({ function: 'it', old: 'kill', changes: { source } });
    expect(await held).toMatchObject({
      functionError: 'Unhandled',
      body: { errorType: 'Runtime.ExitError' },
    });
    expect((await platform.call('it')).body).toMatchObject({ text: 'two' });
    expect(await platform.eventsOf('death')).toMatchObject([{ cause: 'deploy', signal: 'SIGKILL' }]);
  });

  it('changes policies, and initialises sandboxes ahead again', async () => {
    const platform = await startTestPlatform({ it: TELL('one') }, {}, { initializedAhead: 1 });
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'frozen' }]);
    const changes = { expiry: { law: 'fixed', limitMillis: 30 }, initializedAhead: 2 };
    await platform.deploy({ function: 'it', changes });
    await expect.poll(() => platform.status()).toEqual([]);
    const reasons = (await platform.eventsOf('evict')).map(({ reason, law }) => law ?? reason);
    expect(reasons).toEqual(['deploy', 'fixed', 'fixed']);
  });

  it('happens at the time planned in the configuration', async () => {
    const second = await sourceFile(TELL('two'));
    const platform = await startTestPlatform(
      { it: TELL('one') },
      { timeScale: 100, deploys: [{ afterMillis: 10_000, function: 'it', changes: { source: second } }] },
    );
    await expect.poll(async () => (await platform.call('it')).body).toMatchObject({ text: 'two' });
    expect((await platform.eventsOf('deploy')).map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('keeps the previous version if it fails', async () => {
    const platform = await startTestPlatform({ it: TELL('one') });
    const source = await sourceFile('export const handler = (');
    const bad = { function: 'it', changes: { source } };
    expect(await postDeploy(platform, bad)).toMatchObject({ status: 422, body: { code: 'ERR_DEPLOY' } });
    expect(await postDeploy(platform, { function: 'it', changes: { memoryMb: 1 } })).toEqual({
      status: 400,
      body: { code: 'ERR_CONFIG', message: 'changes.memoryMb must be a number from 64 to 10240, not 1' },
    });
    expect(await postDeploy(platform, { function: 'it', changes: { prefetch: 'at-deploy' } })).toEqual({
      status: 400,
      body: {
        code: 'ERR_CONFIG',
        message: 'changes.prefetch is "at-deploy", which needs codeFetch: without it, code is on every host',
      },
    });
    const successor = { prewarm: { policy: 'successor', functions: ['nobody'] } };
    expect(await postDeploy(platform, { function: 'it', changes: successor })).toEqual({
      status: 400,
      body: {
        code: 'ERR_CONFIG',
        message: 'changes.prewarm of "it" names "nobody", which is no function of local in 000000000000',
      },
    });
    expect(await postDeploy(platform, { function: 'other' })).toMatchObject({ status: 404 });
    expect(await postDeploy(platform, { function: 'it', old: 'keep' })).toMatchObject({ status: 400 });
    expect(await postDeploy(platform, [])).toMatchObject({ status: 404 });
    // A page of another origin can send this without a preflight.
    expect(await postDeploy(platform, { function: 'it' }, 'text/plain')).toMatchObject({ status: 415 });
    await expect(platform.deploy({ function: 'other' })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    expect((await platform.call('it')).body).toMatchObject({ text: 'one' });
    expect(await platform.eventsOf('deploy')).toHaveLength(1);
  });
});

const WHERE = `
const { AWS_REGION, AWS_DEFAULT_REGION, SANDSCOPE_HOST_ID } = process.env;
let n = 0;
export const handler = async (event, context) => ({ n: ++n, regions: [AWS_REGION, AWS_DEFAULT_REGION],
  host: SANDSCOPE_HOST_ID, arn: context.invokedFunctionArn });`;

const arn = (region: string, account: string): string => `arn:aws:lambda:${region}:${account}:function:it`;
const IRELAND = arn('eu-west-1', '111111111111');
const OREGON = arn('us-west-2', '111111111111');
const OTHERS = arn('us-west-2', '222222222222');

describe('regions and accounts', () => {
  it('separate functions: sandboxes, hosts, environment and truth', async () => {
    const [it] = await writeFunctions(await temporaryFolder(), { it: WHERE });
    const config = {
      hosts: 2,
      region: 'us-west-2',
      account: '111111111111',
      functions: [{ ...it!, region: 'eu-west-1' }, it!, { ...it!, account: '222222222222' }],
    };
    const platform = await startTestPlatform({}, config);
    expect(platform.hosts).toEqual({ count: 4, mode: 'declared' });
    const seen: Record<string, unknown> = {};
    for (const name of [IRELAND, OREGON, OTHERS]) seen[name] = (await platform.call(name)).body;
    expect(seen).toEqual({
      [IRELAND]: { n: 1, regions: ['eu-west-1', 'eu-west-1'], host: 'host-1', arn: IRELAND },
      [OREGON]: { n: 1, regions: ['us-west-2', 'us-west-2'], host: 'host-3', arn: OREGON },
      [OTHERS]: { n: 1, regions: ['us-west-2', 'us-west-2'], host: 'host-4', arn: OTHERS },
    });
    const counts = { invocations: 1, cold: 1, sandboxes: 1, evicted: 0, replaced: 0, hosts: 1, hops: 0 };
    const all = { ...counts, invocations: 3, cold: 3, sandboxes: 3, hosts: 3 };
    expect(platform.truth()).toEqual({
      deployments: { [IRELAND]: counts, [OREGON]: counts, [OTHERS]: counts },
      functions: { it: all },
      total: all,
    });
    await platform.deploy({ function: OREGON, changes: { memoryMb: 256 } });
    await expect
      .poll(() => platform.status().map(({ region, account }) => [region, account]))
      .toEqual([
        ['eu-west-1', '111111111111'],
        ['us-west-2', '222222222222'],
      ]);
    await expect(platform.deploy({ function: 'it' })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  it('are selected by ARN, by partial ARN, or by the region that a request was signed for', async () => {
    const [it] = await writeFunctions(await temporaryFolder(), { it: WHERE });
    const functions = [IRELAND, OREGON].map((one) => Object.assign({}, it, readFunctionReference(one)));
    const platform = await startTestPlatform({}, { functions });
    const call = async (path: string, authorization = '') => {
      const response = await fetch(`${platform.url}${path}`, {
        method: 'POST',
        headers: { authorization },
        body: '{}',
      });
      const body = (await response.json()) as { arn?: string; Message?: string };
      return { status: response.status, ...body };
    };
    const direct = (name: string): string => `/2015-03-31/functions/${name}/invocations`;
    expect(await call(direct('it'))).toMatchObject({
      status: 400,
      Message: 'Several regions or accounts have a function of this name: give its ARN.',
    });
    const signed = 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/lambda/aws4_request, Signature=0';
    expect(await call(direct('it'), signed)).toMatchObject({ status: 200, arn: OREGON });
    expect(await call(direct(encodeURIComponent(IRELAND)), signed)).toMatchObject({ arn: IRELAND });
    expect(await call(`/url/${IRELAND}/`)).toMatchObject({ arn: IRELAND });
    expect(await call(direct('111111111111:function:it'), signed)).toMatchObject({ arn: OREGON });
    expect(await call(direct('222222222222:function:it'))).toMatchObject({ status: 404 });
    expect(await call(direct(arn('eu-north-1', '111111111111')))).toMatchObject({
      status: 404,
      Message: `Function not found: ${arn('eu-north-1', '111111111111')}`,
    });
  });
});

/** Registers an extension, and writes a file when it is asked to end. */
const WITH_EXTENSION = `
import { request } from 'node:http';
import { writeFileSync } from 'node:fs';
const { AWS_LAMBDA_RUNTIME_API: api, GOODBYE } = process.env;
const call = (path, method, headers, body) => new Promise((resolve, reject) => {
  const sent = request('http://' + api + '/2020-01-01/extension' + path, { method, headers }, (response) => {
    response.resume().on('end', () => resolve(response.headers));
  });
  sent.on('error', reject).end(body);
});
process.on('SIGTERM', () => { writeFileSync(GOODBYE, ''); process.exit(0); });
const { 'lambda-extension-identifier': id } = await call('/register', 'POST',
  { 'lambda-extension-name': 'inside' }, JSON.stringify({ events: ['INVOKE'] }));
const next = () => call('/event/next', 'GET', { 'lambda-extension-identifier': id }).then(next).catch(() => {});
void next();
export const handler = async () => 'done';`;

describe('goodbyes', () => {
  it('are switched off for the platform, unless the function sets otherwise', async () => {
    const folder = await temporaryFolder();
    const files = await writeFunctions(folder, { silent: WITH_EXTENSION, polite: WITH_EXTENSION });
    const functions = files.map((one) =>
      Object.assign(one, {
        ...(one.name === 'polite' && { goodbyes: true }),
        environment: { GOODBYE: join(folder, `${one.name}.goodbye`) },
      }),
    );
    const platform = await startTestPlatform({}, { functions, goodbyes: false, idleLimitMillis: 50 });
    for (const { name } of files) expect((await platform.call(name)).body).toBe('done');
    await expect.poll(() => platform.status()).toEqual([]);
    for (const [name, isSaid, how] of [
      ['silent', false, { signal: 'SIGKILL' }],
      ['polite', true, { exitCode: 0 }],
    ] as const) {
      expect(existsSync(join(folder, `${name}.goodbye`)), name).toBe(isSaid);
      const of = (one: { readonly function: string }): boolean => one.function === name;
      expect((await platform.eventsOf('deploy')).filter(of)).toMatchObject([{ goodbyes: isSaid }]);
      const deaths = (await platform.eventsOf('death')).filter(of);
      expect(deaths).toMatchObject([{ cause: 'idle', sandboxEnded: true, ...how }]);
    }
  });
});
