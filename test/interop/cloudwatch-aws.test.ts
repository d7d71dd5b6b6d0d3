/** `sandscope import cloudwatch --aws` against moto: the service gives the same data as an export of it. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/stack.ts';
import { startAwsRelay } from './aws-relay.ts';
import { awsVariables, MOTO_ACCOUNT, MOTO_REGION, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { describeWithMoto } from './peers.ts';

const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const GROUP = '/aws/lambda/thumbnails';
const DAY_MS = 86_400_000;

interface LogEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describeWithMoto((program) => {
  let moto: Moto;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let log: string;
  let spans: string[];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        spans.push(...spansOf(Buffer.concat(chunks).toString()));
        response.end('{}');
      });
  });

  async function sandscope(endpoint: string, ...args: string[]): Promise<Ran> {
    spans = [];
    const collector = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const command = [repository('collector/src/main.ts'), 'import', 'cloudwatch', '--endpoint', collector];
    try {
      const { stdout, stderr } = await promiseOf(process.execPath, [...command, ...args], {
        cwd: folder.path,
        env: { PATH: process.env['PATH'], ...awsVariables(endpoint) },
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      return error as Ran;
    }
  }

  beforeAll(async () => {
    folder = await temporaryFolder();
    moto = await startMoto(program);
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    // A log of three days ago: the service rejects events older than two weeks.
    const recorded = JSON.parse(
      await readFile(repository('test/fixtures/import/cloudwatch/filter-log-events.json'), 'utf8'),
    ) as { events: LogEvent[] };
    const last = Math.max(...recorded.events.map(({ timestamp }) => timestamp));
    const shift = Date.now() - 3 * DAY_MS - last;
    const events = recorded.events.map(({ logStreamName, timestamp, message }) => ({
      logStreamName,
      timestamp: timestamp + shift,
      message,
    }));
    log = join(folder.path, 'thumbnails.json');
    await writeFile(log, JSON.stringify({ events }));
    const client = new CloudWatchLogsClient({
      endpoint: moto.url,
      region: MOTO_REGION,
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' },
    });
    await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    for (const logStreamName of new Set(events.map((event) => event.logStreamName))) {
      const stream = { logGroupName: GROUP, logStreamName };
      await client.send(new CreateLogStreamCommand(stream));
      await client.send(
        new PutLogEventsCommand({
          ...stream,
          logEvents: events
            .filter((event) => event.logStreamName === logStreamName)
            .map(({ timestamp, message }) => ({ timestamp, message })),
        }),
      );
    }
    client.destroy();
  });

  afterAll(async () => {
    receiver.close();
    await moto.stop();
    await folder.remove();
  });

  it('reads all pages of a busy service, and gives the same spans as an export', async () => {
    const place = ['--region', MOTO_REGION, '--account', MOTO_ACCOUNT, '--log-group', GROUP];
    const fromFile = await sandscope(moto.url, log, ...place, '--name', 'x', '--json');
    expect(fromFile).toMatchObject({ code: 0 });
    const exported = spans.sort();
    expect(exported).toHaveLength(7);
    let tooBusy = 2;
    const isPage = ({ action }: { action: string }): boolean => action === 'FilterLogEvents';
    const relay = await startAwsRelay(moto.url, {
      answer: (request) =>
        isPage(request) && tooBusy-- > 0
          ? {
              status: 400,
              headers: { 'content-type': 'application/x-amz-json-1.1' },
              body: '{"__type":"ThrottlingException","message":"Rate exceeded"}',
            }
          : undefined,
      body: (request) =>
        isPage(request)
          ? JSON.stringify({ ...(JSON.parse(request.body.toString()) as object), limit: 5 })
          : undefined,
    });
    try {
      const fromAws = await sandscope(
        relay.url,
        '--aws',
        '--log-group',
        GROUP,
        '--since',
        '4d',
        '--name',
        'x',
        '--json',
      );
      expect(fromAws).toMatchObject({ code: 0, stderr: '' });
      expect(spans.sort()).toEqual(exported);
      expect(JSON.parse(fromAws.stdout)).toEqual(JSON.parse(fromFile.stdout));
      const pages = relay.requests
        .filter((request) => isPage(request))
        .map(({ body }) => JSON.parse(body.toString()) as { filterPattern: string });
      expect(pages.length).toBeGreaterThan(2 + 3);
      // The application's own lines are not even requested.
      for (const { filterPattern } of pages) expect(filterPattern).toMatch(/^(?:\?"[\w .()]+"(?: |$))+$/);
    } finally {
      await relay.close();
    }
  });

  it('accepts a time range, and is named after the log group', async () => {
    const before = await sandscope(moto.url, '--aws', '--log-group', GROUP, '--since', '6d', '--until', '4d');
    expect(before).toMatchObject({ code: 0 });
    expect(before.stdout).toContain(`0 spans of 1 file imported into http`);
    expect(before.stdout).toContain(`as "${GROUP}"`);
    expect(spans).toEqual([]);
    const shown = await sandscope(moto.url, '--aws', '--log-group', GROUP, '--dry-run');
    expect(shown.stdout).toMatch(/cloud\.account\.id +"123456789012"/);
    expect(spans).toEqual([]);
  });

  it('reports what AWS refuses, and missing options', async () => {
    const unknown = await sandscope(moto.url, '--aws', '--log-group', '/aws/lambda/other');
    expect(unknown).toMatchObject({ code: 9, stdout: '' });
    expect(unknown.stderr).toContain('/aws/lambda/other cannot be read: ResourceNotFoundException');
    expect(await sandscope(moto.url, '--aws')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--log-group') as string,
    });
    const file = await sandscope(moto.url, log, '--aws', '--log-group', GROUP);
    expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining('--aws takes no file') as string });
    const since = await sandscope(moto.url, '--aws', '--log-group', GROUP, '--since', 'monday');
    expect(since).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--since is not a time') as string,
    });
  });
});

function promiseOf(
  ...args: [file: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }]
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(...args, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(Object.assign(error, { stdout, stderr }));
    });
  });
}

/** Each span with its resource, as one string. */
function spansOf(body: string): string[] {
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: { resource: unknown; scopeSpans: { spans: unknown[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) => scope.spans.map((span) => JSON.stringify({ resource, span }))),
  );
}
