/** Recorded data through the real command and the real collector, up to the answers. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, functionsOf, madeLog, RANGE, sandscope, source } from '../support/imports.ts';
import type { Ran } from '../support/imports.ts';
import { flat, type Spans } from '../support/otlp-json.ts';
import { RECORDINGS } from '../support/recordings.ts';
import { getJson, startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

const CIRRUS = join(RECORDINGS, 'cirrus');

function lengthOf(body: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(body.byteLength);
  return prefix;
}

interface JaegerTrace {
  readonly spans: readonly {
    readonly operationName: string;
    readonly startTime: number;
    readonly duration: number;
    readonly tags: readonly object[];
  }[];
}

/** Attributes that an import adds to each resource. */
const withoutOrigin = (json: string): string =>
  json.replaceAll(/\{"key":"sandscope\.import\.[^}]*\}\},?/g, '').replaceAll(',]', ']');
const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => folder.remove());

describe('sandscope import', () => {
  let collector: Collector;
  let before: Ran;

  beforeAll(async () => {
    const running = join(folder.path, 'running');
    await mkdir(running);
    // No collector is running yet: the spans go into the inbox of the data directory.
    const file = fixture('cloudwatch/filter-log-events.json');
    const args = ['import', 'cloudwatch', file, '--function', 'thumbnails'];
    before = await sandscope(folder.path, ...args, '--data', join(running, 'collector'));
    collector = await startCollector(running);
  });

  afterAll(async () => collector?.child.stop());

  it('leaves imported spans to the next collector if none runs', async () => {
    expect(before).toMatchObject({ code: 0, stdout: expect.stringContaining('7 spans of 1 file imported') });
    await collector.settled();
    expect(await functionsOf(collector, 7)).toMatchObject([{ function: 'thumbnails', invocations: 7 }]);
  });

  it('finds the collector on the data directory, and answers; the same file again changes nothing', async () => {
    const data = join(folder.path, 'running', 'collector');
    const args = [
      'import',
      'cloudwatch',
      fixture('cloudwatch/filter-log-events.json'),
      '--function',
      'thumbnails',
      '--data',
      data,
    ];
    expect(await sandscope(folder.path, ...args)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        `7 spans of 1 file imported into ${collector.url} as "filter-log-events.json", 2025-06-01T12:00:00.252Z to 2025-06-01T12:00:50.004Z`,
      ),
    });
    const expected = { function: 'thumbnails', invocations: 7, cold: 3, sandboxes: 2, errors: 4 };
    expect(await functionsOf(collector, 7)).toEqual([expect.objectContaining(expected)]);
    for (const file of ['insights.csv', 'filter-log-events.json']) {
      const again = [fixture(`cloudwatch/${file}`), '--function', 'thumbnails', '--endpoint', collector.url];
      expect((await sandscope(folder.path, 'import', 'cloudwatch', ...again)).code).toBe(0);
      await collector.settled();
      expect(await functionsOf(collector, 7)).toEqual([expect.objectContaining(expected)]);
    }
    const { invocations } = await getJson<{ invocations: Record<string, unknown>[] }>(
      `${collector.url}/api/v1/invocations?${RANGE}&function=thumbnails`,
    );
    expect(invocations.find(({ initType }) => initType === 'restored')).toMatchObject({
      cold: true,
      version: '7',
    });
  });

  it('uses counts of idle sandboxes for how long these are kept, not as invocations', async () => {
    const args = ['import', 'idle-outcomes', fixture('eviction.csv'), '--function', 'sleep'];
    const where = ['--time', '2025-05-20T12:00:00Z', '--endpoint', collector.url];
    for (const _ of [1, 2]) {
      expect(await sandscope(folder.path, ...args, ...where, '--platform', 'aws_lambda')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('64 spans of 1 file imported'),
      });
    }
    await collector.settled();
    const reuse = await getJson<{
      functions: { function: string; keepAlive: Readonly<Record<string, unknown>> }[];
    }>(`${collector.url}/api/v1/reuse?${RANGE}&function=sleep`);
    const { functions } = reuse;
    expect(functions).toMatchObject([
      {
        function: 'sleep',
        deployment: { platform: 'aws_lambda' },
        sandboxes: 0,
        // The sum over the sandboxes that are gone, each counted once although it was imported twice.
        keepAlive: { family: 'halving', expectedDeaths: expect.closeTo(476, 6) as number },
      },
    ]);
    const survival = await getJson<typeof reuse>(`${collector.url}/api/v1/survival?${RANGE}&function=sleep`);
    expect(survival.functions).toMatchObject([{ function: 'sleep', keepAlive: functions[0]?.keepAlive }]);
    const { lowMs, highMs } = functions[0]?.keepAlive ?? {};
    expect(lowMs).toBeGreaterThan(365_000);
    expect(lowMs).toBeLessThan(370_000);
    expect(highMs).toBeGreaterThan(370_000);
    expect(highMs).toBeLessThanOrEqual(375_000);
  });

  it('can be deleted by its name', async () => {
    const data = join(folder.path, 'running', 'collector');
    const file = fixture('cloudwatch/tail-detailed.txt');
    const args = [
      'import',
      'cloudwatch',
      file,
      '--function',
      'mistaken',
      '--name',
      'a mistake',
      '--data',
      data,
    ];
    expect((await sandscope(folder.path, ...args)).code).toBe(0);
    await collector.settled();
    const names = async (): Promise<string[]> =>
      (await functionsOf(collector, 1)).map((summary) => summary.function);
    expect(await names()).toContain('mistaken');
    const deletion = ['import', '--delete', 'a mistake', '--data', data];
    expect(await sandscope(folder.path, ...deletion)).toMatchObject({
      code: 0,
      stdout: 'sandscope: 7 spans of the import "a mistake" deleted\n',
    });
    expect(await names()).not.toContain('mistaken');
    expect(await sandscope(folder.path, ...deletion)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no data of the import "a mistake" is stored'),
    });
  });

  it('answers questions that need months of data: pick order, cold starts, evictions', async () => {
    const file = join(folder.path, 'made.ndjson.gz');
    const made = madeLog();
    await writeFile(file, gzipSync(made.lines.join('\n')));
    const args = [
      'import',
      'cloudwatch',
      file,
      '--function',
      'made',
      '--endpoint',
      collector.url,
      '--name',
      'a made log',
      '--json',
    ];
    const { code, stdout } = await sandscope(folder.path, ...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'a made log', spans: made.invocations, broken: 0 });
    const functions = await functionsOf(collector, 7 + made.invocations);
    expect(functions.find((summary) => summary.function === 'made')).toMatchObject({
      invocations: made.invocations,
      cold: made.cold,
      sandboxes: made.cold,
    });
    const about = `${RANGE}&function=made`;
    const { functions: reused } = await getJson<{ functions: unknown[] }>(
      `${collector.url}/api/v1/reuse?${about}`,
    );
    expect(reused).toMatchObject([
      {
        sandboxes: made.cold,
        concurrency: { overlapsInSandbox: 0, maxConcurrent: 1 },
        pickOrder: { order: 'most-recent' },
      },
    ]);
    const { evictions } = await getJson<{ evictions: { state: string }[] }>(
      `${collector.url}/api/v1/evictions?${about}`,
    );
    expect(evictions.length).toBeGreaterThan(made.cold / 2);
  });

  it('answers for real recordings: reuse, and one request at a time', async ({ skip }) => {
    if (!existsSync(CIRRUS)) skip(`there are no recordings in ${CIRRUS}`);
    const file = join(CIRRUS, 'cloudwatch-20rps.json.gz');
    const args = [
      'import',
      'cloudwatch',
      file,
      '--function',
      'cirrus',
      '--endpoint',
      collector.url,
      '--json',
    ];
    const { code, stdout } = await sandscope(folder.path, ...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ spans: 2399, broken: 0, rejected: 0 });
    await collector.settled();
    const functions = await functionsOf(collector, 2399);
    expect(functions.find((summary) => summary.function === 'cirrus')).toMatchObject({
      invocations: 2399,
      cold: 0,
      sandboxes: 4,
    });
    const reuse = await getJson<unknown>(`${collector.url}/api/v1/reuse?${RANGE}&function=cirrus`);
    expect(reuse).toMatchObject({
      functions: [{ sandboxes: 4, concurrency: { model: 'unknown', overlapsInSandbox: 0 } }],
    });
  });

  it('imports OpenTelemetry traces as they were sent, from protobuf and from JSON', async () => {
    const recorded = JSON.parse(await readFile(source('test/fixtures/otlp/python.json'), 'utf8')) as {
      expected: Spans;
    };
    const recordedBody = await readFile(source('test/fixtures/otlp/python.bin'));
    const traceIds = [
      ...new Set(
        recorded.expected.resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)),
        ),
      ),
    ];
    const forms: Readonly<Record<string, (body: Buffer, text: string) => Buffer | string>> = {
      'python.pb': (body) => body,
      'python-prefixed.pb': (body) => Buffer.concat([lengthOf(body), body, lengthOf(body), body]),
      'python.json': (_, text) => JSON.stringify(JSON.parse(text), null, 2),
      'python.ndjson.gz': (_, text) => gzipSync(`${text}\n{"resourceLogs":[]}\n${text}\n`),
    };
    for (const [index, [name, make]] of Object.entries(forms).entries()) {
      // Separate traces for every form.
      const idsOf = new Map(traceIds.map((id) => [id, `${id.slice(0, -2)}0${index}`]));
      const body = Buffer.from(recordedBody);
      let text = JSON.stringify(recorded.expected);
      for (const [id, own] of idsOf) {
        text = text.replaceAll(id, own);
        for (let at = body.indexOf(id, 'hex'); at !== -1; at = body.indexOf(id, 'hex'))
          body.write(own, at, 'hex');
      }
      const file = join(folder.path, name);
      await writeFile(file, make(body, text));
      const { code, stdout } = await sandscope(
        folder.path,
        'import',
        'otlp',
        file,
        '--endpoint',
        collector.url,
        '--json',
      );
      expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, broken: 0, rejected: 0 });
      await collector.settled();
      const answers = await Promise.all(
        [...idsOf.values()].map((id) => getJson<Spans>(`${collector.url}/api/v1/traces/${id}`)),
      );
      const shown = JSON.stringify(answers);
      expect(shown).toContain(`{"key":"sandscope.import.name","value":{"stringValue":"${name}"}}`);
      const bare = (JSON.parse(withoutOrigin(shown)) as Spans[]).flatMap((answer) => flat(answer));
      expect(bare.sort(byText)).toEqual(flat(JSON.parse(text) as Spans).sort(byText));
    }
  });

  it('imports traces of Jaeger', async () => {
    const answers = JSON.parse(await readFile(source('test/fixtures/jaeger/answers.json'), 'utf8')) as Record<
      string,
      { data: object[] }
    >;
    const path = '/api/traces/0af7651916cd43dd8448eb211c80319c';
    const recorded = answers[`${path}?raw=true`];
    const file = join(folder.path, 'jaeger.json');
    await writeFile(file, JSON.stringify(recorded, null, 2));
    const args = ['import', 'jaeger', file, '--endpoint', collector.url, '--json'];
    const { stdout } = await sandscope(folder.path, ...args);
    expect(JSON.parse(stdout)).toMatchObject({ broken: 0, rejected: 0, from: '2024-05-17T10:00:00.000Z' });
    await collector.settled();
    const again = await until(
      'the trace is there',
      () => getJson<{ data: JaegerTrace[] }>(`${collector.url}${path}`),
      ({ data }) => data.length === 1,
    );
    const operations = (trace: JaegerTrace | undefined): string[] =>
      (trace?.spans ?? []).map((span) => span.operationName).sort();
    expect(operations(again.data[0])).toEqual(operations(recorded?.data[0] as JaegerTrace));
    const [order] = again.data[0]?.spans.filter(({ operationName }) => operationName === 'GET /order') ?? [];
    expect(order).toMatchObject({ startTime: 1_715_940_000_000_000, duration: 90_500 });
    expect(order?.tags).toEqual(
      expect.arrayContaining([
        { key: 'large', type: 'int64', value: '9223372036854775807' },
        { key: 'whole', type: 'float64', value: 3 },
        { key: 'span.kind', type: 'string', value: 'server' },
      ]),
    );
  });

  it('reads standard input', async () => {
    const text = await readFile(fixture('cloudwatch/tail-detailed.txt'), 'utf8');
    const args = [
      source('collector/src/main.ts'),
      'import',
      'cloudwatch',
      '-',
      '--function',
      'piped',
      '--endpoint',
      collector.url,
    ];
    const running = promisify(execFile)(process.execPath, args);
    running.child.stdin?.end(text);
    expect((await running).stdout).toContain('7 spans of 1 file imported');
  });

  it('continues after a file of another format, and reports it at the end', async () => {
    const mixed = join(folder.path, 'mixed');
    await mkdir(mixed);
    await writeFile(join(mixed, 'README.md'), 'what this is\n');
    await cp(fixture('cloudwatch/filter-log-events.json'), join(mixed, 'z.json'));
    expect(
      await sandscope(folder.path, 'import', 'cloudwatch', mixed, '--endpoint', collector.url),
    ).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('7 spans of 1 file imported'),
      stderr: expect.stringContaining(
        `line 1 of ${join(mixed, 'README.md')}: it does not begin like cloudwatch`,
      ),
    });
  });
});
