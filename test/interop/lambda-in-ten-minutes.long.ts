/** Every command of the page: against moto if AWS stores something, on the local platform if it runs something. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChild, type Child } from '../../examples/demo/child.ts';
import { getJson, temporaryFolder, until } from '../support/stack.ts';
import { startAwsRelay } from './aws-relay.ts';
import type { AwsRelay, AwsRequest } from './aws-relay.ts';
import { awsVariables, MOTO_REGION, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { describeWithMoto } from './peers.ts';

const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(repository('docs/platforms/lambda-in-ten-minutes.md'), 'utf8');
/** Samples in their order. */
const samples = [...page.matchAll(/^```(sh|ts)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}));
const isCalled = ({ path }: AwsRequest): boolean =>
  path.startsWith('/2015-03-31/functions/hello/invocations');

/** An invocation as the API shows it. */
interface Recorded {
  readonly instance: string;
  readonly invocationId: string;
  readonly spanId: string;
  readonly start: string;
  readonly durationMs: number;
  readonly recordedBy?: string;
}

describeWithMoto((program) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let moto: Moto;
  let relay: AwsRelay;
  let collector: { readonly child: Child; readonly url: string };
  let platform: Promise<{ readonly child: Child; readonly url: string }> | undefined;

  beforeAll(async () => {
    folder = await temporaryFolder();
    moto = await startMoto(program, { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' });
    relay = await startAwsRelay(moto.url, {
      answer: async (request) => {
        if (!isCalled(request)) return undefined;
        platform ??= startPlatform();
        return (await platform).url;
      },
    });
  });

  afterAll(async () => {
    await (await platform)?.child.stop();
    await collector?.child.stop();
    await relay.close();
    await moto.stop();
    await folder.remove();
  });

  /** A platform that runs the function with its settings from AWS: code, layer and variables. */
  async function startPlatform(): Promise<{ child: Child; url: string }> {
    const opt = join(folder.path, 'opt');
    const published = relay.requests.find(({ method, path }) => method === 'POST' && /\/layers\//.test(path));
    const { Content } = JSON.parse(String(published?.body)) as { Content: { ZipFile: string } };
    for (const [path, bytes] of Object.entries(unzipSync(Buffer.from(Content.ZipFile, 'base64')))) {
      await mkdir(dirname(join(opt, path)), { recursive: true });
      await writeFile(join(opt, path), bytes);
    }
    await chmod(join(opt, 'sandscope-exec'), 0o755);
    const { Variables = {} } = (await configuration()).Environment ?? {};
    const environment = Object.fromEntries(
      Object.entries(Variables).map(([name, value]) => [name, value.replace(/^\/opt\//, `${opt}/`)]),
    );
    const fn = { name: 'hello', source: join(folder.path, 'hello/dist/index.mjs'), environment };
    const config = join(folder.path, 'platform.json');
    await writeFile(config, JSON.stringify({ functions: [{ ...fn, region: MOTO_REGION }] }));
    const child = startChild({
      name: 'the local platform',
      file: repository('examples/local-platform/src/main.ts'),
      args: ['--config', config, '--port', '0', '--work', join(folder.path, 'platform')],
      isReady: (line) => line.startsWith('{"listening"'),
      logFile: join(folder.path, 'platform.log'),
    });
    return { child, url: (JSON.parse(await child.ready) as { listening: string }).listening };
  }

  const configuration = async () => {
    const client = new LambdaClient({
      endpoint: moto.url,
      region: MOTO_REGION,
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' },
    });
    try {
      return await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'hello' }));
    } finally {
      client.destroy();
    }
  };

  /** A shell that continues where the previous one ended. @returns its output */
  async function sh(text: string): Promise<string> {
    const [cwd, variables] = [join(folder.path, 'cwd'), join(folder.path, 'variables')];
    const resume = `cd "$(cat '${cwd}' 2>/dev/null || echo '${folder.path}')"; [ ! -f '${variables}' ] || . '${variables}'`;
    const keep = `pwd > '${cwd}'; export -p > '${variables}'`;
    const child = spawn('bash', ['-ec', `${resume}\n${text}\n${keep}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // With the registry and the certificates of the user who runs the tests.
      env: {
        ...process.env,
        PATH: [dirname(program), dirname(process.execPath), process.env['PATH']].join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
        npm_config_prefer_offline: 'true',
        npm_config_audit: 'false',
        ...awsVariables(relay.url),
      },
    });
    const said: string[] = [];
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`${text}\nended with ${code}: ${output.join('')}${said.join('')}`);
    return said.join('');
  }

  /** The lines that Lambda writes to a function's log group at the end of an invocation. */
  async function logReport(invocation: Recorded | undefined): Promise<void> {
    if (invocation === undefined) throw new Error('nothing was invoked');
    const { instance, invocationId, start, durationMs } = invocation;
    const timestamp = Math.ceil(Date.parse(start) + durationMs);
    const message = `REPORT RequestId: ${invocationId}\tDuration: 2.51 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t`;
    const log = `--log-group-name /aws/lambda/hello --log-stream-name '${instance}'`;
    const events = join(folder.path, 'events.json');
    await writeFile(events, JSON.stringify([{ timestamp, message }]));
    await sh(
      `aws logs create-log-group --log-group-name /aws/lambda/hello\naws logs create-log-stream ${log}\n` +
        `aws logs put-log-events ${log} --log-events 'file://${events}'`,
    );
  }

  /** Runs the samples in order, up to and including the one that contains a text. @returns its output */
  async function through(last: string): Promise<string> {
    for (;;) {
      const sample = samples.shift();
      if (sample === undefined) throw new Error(`the page has no sample with ${last}`);
      const said = await play(sample);
      if (sample.text.includes(last)) return said;
    }
  }

  async function play({ kind, text }: { kind: string; text: string }): Promise<string> {
    const project = join(folder.path, 'hello');
    if (kind === 'ts') await writeFile(join(project, 'src/index.ts'), text);
    else if (text.includes('.tgz')) {
      // test/packages tests tarballs in empty projects.
      await mkdir(join(project, 'node_modules/.bin'), { recursive: true });
      await symlink(repository('collector/bin/sandscope.cjs'), join(project, 'node_modules/.bin/sandscope'));
    } else if (text.includes('sandscope up')) {
      const child = startChild({
        name: 'the collector',
        file: repository('collector/src/main.ts'),
        args: [
          'up',
          '--data',
          join(project, 'spans'),
          '--token-file',
          join(project, 'ingest-token'),
          '--port',
          '0',
        ],
        isReady: (line) => line.startsWith('sandscope: http'),
        logFile: join(folder.path, 'collector.log'),
      });
      collector = { child, url: /http:\/\/[^\s/]+/.exec(await child.ready)?.[0] ?? '' };
    } else if (text.includes('export COLLECTOR=')) return sh(`export COLLECTOR=${collector.url}`);
    else return sh(text);
    return '';
  }

  it('the page, from an empty folder to answers and back', { timeout: 400_000 }, async () => {
    await through('create-function');
    const before = await configuration();
    expect(await through('layer publish')).toMatch(/:layer:sandscope:1\n$/);
    expect(await sh('npx sandscope layer publish')).toContain('published before');
    const changed = await through('sandscope instrument');
    const token = (await readFile(join(folder.path, 'hello/ingest-token'), 'utf8')).trim();
    expect(changed).toContain('hello would be instrumented; nothing was changed');
    expect(changed).toMatch(/hello is instrumented\n$/);
    expect(changed).toContain(`+ OTEL_EXPORTER_OTLP_ENDPOINT=${collector.url}`);
    expect(changed).not.toContain(token);
    expect(changed).not.toContain(encodeURIComponent(token));
    expect(
      await sh('npx sandscope instrument hello --endpoint "$COLLECTOR" --token-file ./ingest-token'),
    ).toBe('nothing to change: hello is instrumented\n');

    expect(await through('lambda invoke')).toContain('{"hello":"world"}');
    const invocations = `${collector.url}/api/v1/invocations?function=hello`;
    const [invocation] = await until(
      'the invocation is there',
      async () => (await getJson<{ invocations: Recorded[] }>(invocations)).invocations,
      ({ length }) => length > 0,
    );
    expect(invocation).toMatchObject({ platform: 'aws_lambda', cold: true });
    expect(await through('curl')).toContain('"invocations"');

    await logReport(invocation);
    expect(await through('import cloudwatch')).toContain('1 spans');
    const joined = await until(
      'the REPORT line is with its span',
      async () => (await getJson<{ invocations: Recorded[] }>(invocations)).invocations,
      ([newest, ...others]) => others.length === 0 && newest?.recordedBy === 'both',
    );
    expect(joined).toMatchObject([
      { spanId: invocation?.spanId, billedMs: 3, memoryMaxUsedBytes: 71 * 1024 ** 2 },
    ]);

    expect(await through('uninstrument')).toContain('hello is uninstrumented');
    expect(samples).toEqual([]);
    const { Environment, Layers } = await configuration();
    expect({ Environment, Layers }).toEqual({ Environment: before.Environment, Layers: before.Layers });
    expect(await sh('npx sandscope uninstrument hello')).toBe('nothing to change: hello is uninstrumented\n');
  });
});
