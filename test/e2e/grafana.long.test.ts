/** The dashboards of `examples/grafana` on a default collector: metrics that exist, SQL that returns rows. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  AWKWARD_FUNCTION,
  expandSql,
  GRAFANA,
  PANEL_EXPRESSIONS,
  RULE_EXPRESSIONS,
  RULES,
  STATEMENTS,
  USED_DATASOURCES,
} from '../support/dashboards.ts';
import { sendColdCalls, sendMeasuredCalls } from '../support/span-sender.ts';
import { startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

it('uses data sources that are provisioned', () => {
  const file = `${GRAFANA}provisioning/datasources/sandscope.yaml`;
  const { datasources } = parse(readFileSync(file, 'utf8')) as { datasources: { uid: string }[] };
  expect(datasources.map(({ uid }) => uid)).toEqual(expect.arrayContaining([...USED_DATASOURCES]));
});

it('gives every alert a severity', () => {
  for (const { alert, labels } of RULES.filter((rule) => rule.alert !== undefined))
    expect([alert, labels?.severity]).toEqual([alert, expect.stringMatching(/^(?:critical|warning|info)$/)]);
});

describe('metrics', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  /** Names of the labels of each scraped metric. */
  let metrics: Map<string, Set<string>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    // Nobody listens there.
    collector = await startCollector(folder.path, 0, '--forward', 'http://127.0.0.1:9');
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: 'no spans' });
    await sendColdCalls(collector.url);
    await collector.settled();
    await until(
      'the engine has a size',
      () => scrape(collector.url),
      (scraped) => scraped.has('sandscope_engine_resident_memory_bytes'),
    );
    metrics = await scrape(collector.url);
  });
  afterAll(async () => {
    await collector?.child.stop();
    await folder?.remove();
  });

  it.each([...PANEL_EXPRESSIONS, ...RULE_EXPRESSIONS])('$about', ({ text }) => {
    const names = [...text.matchAll(/\b(?:sandscope|process|nodejs)_\w+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !metrics.has(name))).toEqual([]);
    const labels = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
    const known = new Set(
      names.flatMap((name) => Array.from(metrics.get(name)!)).concat('instance', 'function', 'resource'),
    );
    expect(labels.filter((label) => !known.has(label))).toEqual([]);
  });

  it('describes every metric of its own', async () => {
    const text = await readAll(collector.url);
    for (const name of metrics.keys()) {
      const family = name.replace(/_(?:bucket|sum|count)$/, '');
      expect(text).toMatch(new RegExp(`^# HELP ${family} \\S`, 'm'));
    }
  });
});

/** Metrics of the collector, and of the functions. */
async function readAll(url: string): Promise<string> {
  const texts = ['/metrics', '/metrics/functions'].map(async (path) => (await fetch(`${url}${path}`)).text());
  return (await Promise.all(texts)).join('\n');
}

async function scrape(url: string): Promise<Map<string, Set<string>>> {
  const text = await readAll(url);
  const metrics = new Map<string, Set<string>>();
  // Metrics without values yet are still described.
  for (const [, name = ''] of text.matchAll(/^# TYPE (\w+) gauge$/gm)) metrics.set(name, new Set());
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const names = metrics.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) names.add(label);
    metrics.set(name, names);
  }
  return metrics;
}

describe('tables', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path, 0, '--sql');
    await sendMeasuredCalls(collector.url, AWKWARD_FUNCTION);
    await collector.settled();
  });
  afterAll(async () => {
    await collector?.child.stop();
    await folder?.remove();
  });

  async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
    const url = `${collector.url}/sql?database=sandscope&default_format=JSON`;
    const response = await fetch(url, { method: 'POST', body: expandSql(sql, 'sandscope') });
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.stringContaining('"data"')]);
    return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
  }

  it.each(STATEMENTS)('$about', async ({ text }) => {
    const rows = await rowsOf(text);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.values(row)).not.toContain(null);
  });

  it('answers all panels of a dashboard at once', async () => {
    const answers = await Promise.all(STATEMENTS.map(async ({ text }) => (await rowsOf(text)).length));
    expect(answers).not.toContain(0);
  });
});
