import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture, imported } from '../imported.fixture.ts';

/** Writes a variant of a fixture. */
async function variant(name: string, change: (text: string) => string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'recording-')), name);
  await writeFile(path, change(await readFile(fixture(name), 'utf8')));
  return path;
}

describe('tables of PACS Lab', () => {
  it.each([
    ['in seconds', (ms: string) => String(Number(ms) / 1000)],
    ['in microseconds', (ms: string) => String(Number(ms) * 1000)],
    ['as dates', (ms: string) => new Date(Number(ms)).toISOString()],
  ])('are the same with times %s', async (_, time) => {
    const original = await imported('pacslab', [fixture('pacslab.csv')]);
    const path = await variant('pacslab.csv', (text) =>
      text.replaceAll(/(?<=,)\d{13}(?:\.\d+)?(?=,)/g, (ms) => time(ms)),
    );
    const { spans, summary } = await imported('pacslab', [path]);
    expect(spans.map(({ startMs }) => Math.floor(startMs))).toEqual(
      original.spans.map(({ startMs }) => Math.floor(startMs)),
    );
    expect(summary.broken).toBe(original.summary.broken);
  });

  it.each([';', '\t'])('may have another separator: %j', async (separator) => {
    const original = await imported('pacslab', [fixture('pacslab.csv')]);
    const path = await variant('pacslab.csv', (text) =>
      text.replaceAll(/"[^"]*"|,/g, (part) => (part === ',' ? separator : part)),
    );
    const { spans, summary } = await imported('pacslab', [path]);
    expect(summary).toMatchObject({ spans: original.summary.spans, broken: original.summary.broken });
    expect(spans).toEqual(original.spans);
  });

  it('end after their elapsed time if they have no end', async () => {
    const path = await variant('pacslab.csv', (text) => text.replace('end_time', 'other_time'));
    const { spans } = await imported('pacslab', [path]);
    expect(spans.map(({ durationMs }) => durationMs)).toEqual([1861.25, 1860]);
  });
});

describe('results of SeBS', () => {
  it.each([
    ['AWS', 'aws_lambda'],
    ['knative', 'knative'],
  ])('name the platform of %s', async (name, platform) => {
    const path = await variant('sebs.json', (text) => text.replace('"aws"', `"${name}"`));
    const { spans } = await imported('sebs', [path]);
    expect(spans[0]?.resource['cloud.platform']).toBe(platform);
  });

  it('are cold if only the function reports it', async () => {
    const path = await variant('sebs.json', (text) => text.replaceAll('"cold_start":', '"other":'));
    const { spans } = await imported('sebs', [path]);
    expect(spans[0]?.attributes['faas.coldstart']).toBe(true);
  });

  it('produce a notice that they name no sandbox', async () => {
    const path = await variant('sebs.json', (text) => text.replaceAll('"container_id"', '"other"'));
    const { notices } = await imported('sebs', [path]);
    expect(notices).toEqual([expect.stringMatching(/rows name no sandbox/)]);
  });
});

describe('counts of idle sandboxes', () => {
  it('may be floats, as tables with gaps have them', async () => {
    const values = { time: '2021-05-01T00:00:00Z', function: 'sleep' };
    const original = await imported('idle-outcomes', [fixture('eviction.csv')], values);
    const path = await variant('eviction.csv', (text) => text.replaceAll(/(?<=^|,)\d+(?=,|$)/gm, '$&.0'));
    const { spans, summary } = await imported('idle-outcomes', [path], values);
    expect(summary.broken).toBe(original.summary.broken);
    expect(spans.map(({ attributes }) => attributes)).toEqual(
      original.spans.map(({ attributes }) => attributes),
    );
  });
});
