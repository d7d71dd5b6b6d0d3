import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECORDINGS } from '../../../../../test/support/recordings.ts';
import { fixture, imported } from '../../imported.fixture.ts';

const T0 = Date.UTC(2025, 5, 1, 12);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-table-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a table of invocations', () => {
  it('is read by its mapping; missing values are absent, and unreadable rows are reported', async () => {
    const { spans, summary } = await imported('invocations', [fixture('platform.csv')], {
      mapping: fixture('mapping.json'),
    });
    expect(spans).toMatchObject([
      {
        name: 'resize',
        kind: 2,
        startMs: T0 + 0.123,
        durationMs: 105,
        resource: {
          'faas.name': 'resize',
          'faas.instance': 'c1',
          'faas.max_memory': 256 * 1024 ** 2,
          'cloud.platform': 'openwhisk',
        },
        attributes: {
          'faas.invocation_id': 'a1',
          'faas.coldstart': true,
          'sandscope.init.duration_ms': 250,
          note: 'x, y',
        },
      },
      { startMs: T0 + 5000, durationMs: 10.5, attributes: { 'faas.coldstart': false } },
      { startMs: T0 + 5002, durationMs: 500, attributes: { 'faas.coldstart': true } },
    ]);
    expect(spans[1]?.attributes).not.toHaveProperty('sandscope.init.duration_ms');
    expect(spans[1]?.attributes).not.toHaveProperty('note');
    expect(new Set(spans.map(({ attributes }) => attributes['sandscope.sandbox.id'])).size).toBe(2);
    expect(summary.firstBroken.map(({ line, reason }) => [line, reason])).toEqual([
      [5, 'it has no readable start'],
      [6, 'it has no readable end or duration'],
    ]);
  });

  it('needs no mapping if its columns are named like the fields; the size of times shows their unit', async () => {
    const { spans, notices } = await imported('invocations', [fixture('invocations.ndjson')]);
    expect(spans.map(({ startMs, durationMs }) => [startMs - T0, durationMs])).toEqual([
      [0, 100],
      [1000, 50],
      [2000, 0.5],
      [3000, 1],
    ]);
    expect(spans[1]).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '_OTHER' } });
    expect(spans[3]?.attributes).not.toHaveProperty('sandscope.sandbox.id');
    expect(notices).toEqual([expect.stringContaining('1 rows name no sandbox')]);
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not an object of fields'],
    ['{"start":"a","function":"b"}', 'maps neither "end" nor "duration"'],
    ['{"start":"a","end":"b"}', 'does not map "function"'],
    ['{"start":"a","end":"b","function":"c","sandboxes":"d"}', 'has an unknown field "sandboxes"'],
    [
      '{"start":{"column":"a","unit":"min"},"end":"b","function":"c"}',
      'the unit of "start" cannot be "min": it is one of ns, us, ms, s',
    ],
    ['{"start":{"column":"a","value":1},"end":"b","function":"c"}', 'either a column or a value'],
    ['{"start":{"col":"a"},"end":"b","function":"c"}', 'has an unknown member "col"'],
  ])('refuses a mapping that cannot be used: %s', async (text, message) => {
    const mapping = join(folder, 'mapping.json');
    writeFileSync(mapping, text);
    await expect(imported('invocations', [fixture('platform.csv')], { mapping })).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining(message),
    });
  });
});

describe('measurements of PACS Lab', () => {
  it('are invocations by the clock of the function', async () => {
    const { spans } = await imported('pacslab', [fixture('pacslab.csv')]);
    expect(spans).toMatchObject([
      {
        name: 'pacslab',
        startMs: T0 + 0.25,
        durationMs: 1861.25,
        attributes: {
          'faas.coldstart': true,
          'faas.invocation_id': 'n1',
          'sandscope.billed.duration_ms': 1900,
          'sandscope.memory.max_used_bytes': 54 * 1024 ** 2,
          'sandscope.kernel.isolation': 'microvm',
        },
      },
      { attributes: { 'faas.coldstart': false, 'faas.invocation_id': 'n2' } },
    ]);
    expect(spans[0]?.attributes['sandscope.sandbox.id']).toBe(spans[1]?.attributes['sandscope.sandbox.id']);
  });

  it('are all read in a real one', async ({ skip }) => {
    const path = join(RECORDINGS, 'pacslab', 'aws-2020-05-17_04-13-06.csv');
    if (!existsSync(path)) skip(`there is no recording ${path}`);
    const { spans, summary } = await imported('pacslab', [path]);
    expect(summary).toMatchObject({ spans: 5050, broken: 0 });
    const sandboxes = new Set(spans.map(({ attributes }) => attributes['sandscope.sandbox.id']));
    const cold = spans.filter(({ attributes }) => attributes['faas.coldstart'] === true);
    expect([cold.length, sandboxes.size]).toEqual([37, 39]);
  });
});
