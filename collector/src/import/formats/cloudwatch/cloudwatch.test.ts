import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, imported } from '../../imported.fixture.ts';
import type { ImportedFixture, ImportedFixtureSpan } from '../../imported.fixture.ts';

const STREAM = '2025/06/01/[$LATEST]0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const T0 = Date.UTC(2025, 5, 1, 12);
const idOf = (number: number): string => `${String(number).padStart(8, '0')}-1111-4222-8333-444455556666`;
const read = (file: string, values = {}): Promise<ImportedFixture> =>
  imported('cloudwatch', [fixture(`cloudwatch/${file}`)], { function: 'thumbnails', ...values });

function spanOf({ spans }: ImportedFixture, number: number): ImportedFixtureSpan {
  const found = spans.filter(({ attributes }) => attributes['faas.invocation_id'] === idOf(number));
  expect(found).toHaveLength(1);
  return found[0] as ImportedFixtureSpan;
}

const idsIn = ({ spans }: ImportedFixture): string[] =>
  spans.map(({ traceId, spanId }) => traceId + spanId).sort();

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-cloudwatch-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function made(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('logs of CloudWatch', () => {
  it('are one invocation per request, with all that the platform reports', async () => {
    const all = await read('filter-log-events.json', {
      function: undefined,
      'log-group': '/aws/lambda/thumbnails',
      region: 'eu-central-1',
    });
    expect(all.summary).toMatchObject({ spans: 7, broken: 0, rejected: 0, failedFiles: [] });
    expect(spanOf(all, 1)).toMatchObject({
      name: 'thumbnails',
      kind: 2,
      startMs: T0 + 353 - 100.25,
      durationMs: 100.25,
      resource: {
        'service.name': 'thumbnails',
        'faas.name': 'thumbnails',
        'faas.version': '$LATEST',
        'faas.instance': STREAM,
        'faas.max_memory': 512 * 1024 ** 2,
        'cloud.platform': 'aws_lambda',
        'cloud.region': 'eu-central-1',
        'sandscope.import.name': 'test',
        'sandscope.import.format': 'cloudwatch',
      },
      attributes: {
        'faas.coldstart': true,
        'sandscope.init.type': 'on_demand',
        'sandscope.init.duration_ms': 248.43,
        'sandscope.billed.duration_ms': 349,
        'sandscope.memory.max_used_bytes': 87 * 1024 ** 2,
      },
    });
    expect(spanOf(all, 1).status).toBeUndefined();
    expect(spanOf(all, 2).attributes).toMatchObject({
      'faas.coldstart': false,
      'sandscope.billed.duration_ms': 12,
    });
    expect(spanOf(all, 2).attributes).not.toHaveProperty('sandscope.init.type');
  });

  it('show time-outs in both forms, exits and errors of handlers', async () => {
    const all = await read('filter-log-events.json');
    const failure = (number: number): object => {
      const { status, attributes } = spanOf(all, number);
      return { code: status?.code, type: attributes['error.type'] };
    };
    expect(failure(3)).toEqual({ code: 2, type: 'timeout' });
    expect(failure(4)).toEqual({ code: 2, type: 'timeout' });
    expect(failure(5)).toEqual({ code: 2, type: 'Runtime.ExitError' });
    expect(failure(6)).toEqual({ code: 2, type: '_OTHER' });
  });

  it('show a restart in the same sandbox, and a restore', async () => {
    const all = await read('filter-log-events.json');
    expect(spanOf(all, 4).attributes).toMatchObject({
      'faas.coldstart': true,
      'sandscope.init.type': 'reinit',
    });
    expect(spanOf(all, 7)).toMatchObject({
      resource: { 'faas.version': '7' },
      attributes: {
        'faas.coldstart': true,
        'sandscope.init.type': 'restored',
        'sandscope.init.duration_ms': 579.23,
        'sandscope.billed.restore_ms': 189,
      },
    });
    const sandboxes = new Set(all.spans.map(({ attributes }) => attributes['sandscope.sandbox.id']));
    expect(sandboxes.size).toBe(2);
  });

  it.each([
    ['tail-detailed.txt', [1, 2, 3, 4, 5, 6, 7]],
    ['insights.csv', [1, 2, 3, 4, 5, 6, 7]],
    // Without the INIT_START lines and the restores.
    ['insights-reports.csv', [1, 2, 3, 5, 6]],
    ['get-query-results.json', [1, 2, 3, 4, 5, 6, 7]],
    ['subscription.json', [1, 2, 3, 4, 5, 6, 7]],
  ])('are the same spans in every export: %s', async (file, startsToldAlike) => {
    const whole = await read('filter-log-events.json');
    const other = await read(file);
    expect(idsIn(other)).toEqual(idsIn(whole));
    expect(other.summary).toMatchObject({ broken: 0, from: whole.summary.from, to: whole.summary.to });
    const starts = (all: ImportedFixture): unknown[] =>
      startsToldAlike.map((number) => spanOf(all, number).attributes['faas.coldstart']);
    expect(starts(other)).toEqual(starts(whole));
    const first = spanOf(other, 1);
    expect(first).toMatchObject({ startMs: T0 + 353 - 100.25, durationMs: 100.25 });
    expect(first.attributes).toMatchObject({ 'sandscope.init.type': 'on_demand' });
    expect(first.resource).toMatchObject({ 'faas.version': '$LATEST', 'faas.max_memory': 512 * 1024 ** 2 });
  });

  it('of one stream get its name by option or folder: get-log-events, and an export to S3', async () => {
    const whole = await read('filter-log-events.json');
    const ofStream = whole.spans.filter(({ resource }) => resource['faas.instance'] === STREAM);
    const ids = ofStream.map(({ traceId, spanId }) => traceId + spanId).sort();
    expect(idsIn(await read('get-log-events.json', { 'log-stream': STREAM }))).toEqual(ids);
    expect(idsIn(await read('export'))).toEqual(ids);
  });

  it('without the stream have no sandbox, with a notice', async () => {
    const { spans, notices } = await read('tail-short.txt');
    expect(spans).toHaveLength(7);
    expect(spans.every(({ attributes }) => attributes['sandscope.sandbox.id'] === undefined)).toBe(true);
    expect(notices).toEqual([expect.stringMatching(/^7 invocations do not name their log stream/)]);
  });

  it('in the JSON log format show how the sandbox was initialised', async () => {
    const all = await read('json-format.ndjson', { function: undefined });
    expect(all.summary).toMatchObject({ spans: 5, broken: 0 });
    const start = (number: number): unknown[] => {
      const { attributes } = spanOf(all, number);
      return ['faas.coldstart', 'sandscope.init.type', 'sandscope.init.duration_ms'].map(
        (name) => attributes[name],
      );
    };
    expect(start(1)).toEqual([true, 'on_demand', 248.43]);
    expect(start(2)).toEqual([false, undefined, undefined]);
    expect(start(4)).toEqual([false, 'provisioned', 300]);
    expect(start(5)).toEqual([true, 'restored', 100.5]);
    expect(spanOf(all, 1)).toMatchObject({ name: 'thumbnails', resource: { 'faas.name': 'thumbnails' } });
    expect(spanOf(all, 2)).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TypeError' } });
    expect(spanOf(all, 3)).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'timeout' } });
  });

  it('keep nothing of what the application logged', async () => {
    for (const file of [
      'filter-log-events.json',
      'json-format.ndjson',
      'tail-detailed.txt',
      'insights.csv',
    ]) {
      const { sent } = await read(file);
      expect(sent).not.toMatch(/jane|4111|iterable/);
    }
  });

  it('show a sandbox that was initialised before any request', async () => {
    const line = (ms: number, message: string): string =>
      JSON.stringify({ logStreamName: STREAM, timestamp: T0 + ms, message });
    const path = made(
      'early.json',
      [
        line(0, 'INIT_START Runtime Version: nodejs:22.v31\n'),
        line(90_000, `START RequestId: ${idOf(1)} Version: $LATEST\n`),
        line(
          90_100,
          `REPORT RequestId: ${idOf(1)}\tDuration: 100.00 ms\tBilled Duration: 100 ms\tInit Duration: 200.00 ms\t\n`,
        ),
      ].join('\n'),
    );
    const { spans } = await imported('cloudwatch', [path]);
    expect(spans[0]).toMatchObject({
      name: 'early',
      attributes: {
        'faas.coldstart': false,
        'sandscope.init.type': 'proactive',
        'sandscope.init.duration_ms': 200,
      },
    });
  });

  it('leave cold starts unknown if the export does not show them', async () => {
    const path = made(
      'some.csv',
      `@timestamp,@requestId,@duration,@logStream\n2025-06-01 12:00:00.353,${idOf(1)},100.25,${STREAM}\n`,
    );
    const { spans } = await imported('cloudwatch', [path]);
    expect(spans[0]?.attributes).not.toHaveProperty('faas.coldstart');
  });

  it('lose only the broken line', async () => {
    const good = `REPORT RequestId: ${idOf(1)}\tDuration: 1.00 ms\tBilled Duration: 1 ms\t`;
    const text = [
      `2025-06-01T12:00:00.000000+00:00 ${STREAM} ${good}`,
      `2025-06-01T12:00:01.000000+00:00 ${STREAM} REPORT RequestId: ${idOf(2)}\tDuration: soon`,
      `  at a line of a stack`,
      `2025-06-01T12:00:02.000000+00:00 ${STREAM} ${good.replace(idOf(1), idOf(3))}`,
    ].join('\r\n');
    const { spans, summary } = await imported('cloudwatch', [made('some.txt', text)]);
    expect(spans).toHaveLength(2);
    expect(summary.firstBroken).toEqual([
      { file: join(folder, 'some.txt'), line: 2, reason: 'a line of the platform cannot be read' },
    ]);
  });

  it.each([
    ['spans.json', '{"resourceSpans":[]}'],
    ['hello.txt', 'hello, world\n'],
    ['table.csv', 'a,b\n1,2\n'],
    ['empty.json', ''],
    ['binary', Buffer.from([0, 1, 2, 3, 255])],
  ])('are not found in other files: %s', async (name, content) => {
    const { summary } = await imported('cloudwatch', [made(name, content)]);
    expect(summary.failedFiles).toEqual([
      { file: join(folder, name), code: 'ERR_IMPORT_FORMAT', message: expect.stringContaining('line 1 of ') },
    ]);
  });

  it('may be in UTF-16, as PowerShell writes, or begin with a mark', async () => {
    const text = JSON.stringify(
      JSON.parse(readFileSync(fixture('cloudwatch/filter-log-events.json'), 'utf8')),
    );
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const path = made(`${encoding}.json`, Buffer.from(`\uFEFF${text}`, encoding));
      const { summary } = await imported('cloudwatch', [path]);
      expect(summary).toMatchObject({ spans: 7, broken: 0 });
    }
  });

  it('may be empty', async () => {
    const { summary } = await imported('cloudwatch', [
      made('none.json', '{\n    "events": [],\n    "searchedLogStreams": []\n}\n'),
    ]);
    expect(summary).toMatchObject({ spans: 0, broken: 0, failedFiles: [] });
  });
});
