import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../migrations/index.ts';
import { startTestEngine } from '../test-engine.ts';
import type { TestEngine } from '../test-engine.ts';
import { layoutOf, toClusterDdl } from './index.ts';

const GOLDEN = fileURLToPath(new URL('../../../../test/fixtures/cluster-ddl.sql', import.meta.url));
const names = { cluster: 'sandscope', database: 'sandscope', tablesDatabase: 'sandscope_local' };

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

describe('the schema on a cluster', () => {
  const layout = layoutOf(names);
  const statements = [
    ...layout.databases,
    ...MIGRATIONS.flatMap((migration) => migration.statements(layout.tablesDatabase)).flatMap((statement) =>
      layout.expand(statement),
    ),
  ];

  // After adding a migration: npx vitest run collector/src/store/cluster --update
  it('is what it was, as the engine reads it', async () => {
    const formatted: string[] = [];
    for (const statement of statements) {
      const [row] = await test.store.query<{ sql: string }>('SELECT formatQuery({statement:String}) AS sql', {
        statement,
      });
      formatted.push(`${row?.sql};\n`);
    }
    await expect(formatted.join('\n')).toMatchFileSnapshot(GOLDEN);
  });

  it('leaves nothing to one server alone', () => {
    for (const statement of statements.filter((sql) => !sql.startsWith('INSERT'))) {
      expect(statement).toMatch(/ ON CLUSTER 'sandscope'/);
    }
    const engines = statements.flatMap((sql) => /ENGINE = (\w+)/.exec(sql)?.[1] ?? []);
    expect(new Set(engines.map((engine) => engine.replace(/^Replicated.*/, 'Replicated')))).toEqual(
      new Set(['Atomic', 'Replicated', 'Distributed']),
    );
  });

  it('gives every table of rows a Distributed one of the same name', () => {
    const made = (database: string): string[] =>
      statements
        .flatMap(
          (sql) => new RegExp(`^CREATE TABLE IF NOT EXISTS ${database}\\.(\\w+) `).exec(sql)?.[1] ?? [],
        )
        .toSorted();
    expect(made('sandscope_local').length).toBeGreaterThan(3);
    expect(made('sandscope')).toEqual(made('sandscope_local'));
  });

  it('keeps a function on one shard, in every table that knows functions', () => {
    const keys = new Map(
      statements.flatMap((sql) => {
        const match = /ENGINE = Distributed\('sandscope', 'sandscope_local', '(\w+)', (.*)\)$/.exec(sql);
        return match === null ? [] : [[match[1], match[2]]];
      }),
    );
    expect(keys.get('otel_traces')).toContain("['faas.name']");
    for (const table of ['invocations', 'sandbox_ends']) expect(keys.get(table)).toBe('sipHash64(function)');
    expect(keys.get('otel_traces_trace_id_ts')).toBe('sipHash64(TraceId, Start)');
  });
});

describe('a statement on a cluster', () => {
  it('adds a column to the rows and to what everybody reads', () => {
    expect(toClusterDdl('ALTER TABLE sandscope_local.t ADD COLUMN IF NOT EXISTS c UInt8', names)).toEqual([
      "ALTER TABLE sandscope_local.t ON CLUSTER 'sandscope' ADD COLUMN IF NOT EXISTS c UInt8",
      "ALTER TABLE sandscope.t ON CLUSTER 'sandscope' ADD COLUMN IF NOT EXISTS c UInt8",
    ]);
    expect(toClusterDdl('ALTER TABLE sandscope_local.t MODIFY SETTING a = 1', names)).toEqual([
      "ALTER TABLE sandscope_local.t ON CLUSTER 'sandscope' MODIFY SETTING a = 1",
    ]);
  });

  it('extends the sorting key of the rows only', () => {
    const alter = 'ALTER TABLE sandscope_local.t ADD COLUMN b UInt8, MODIFY ORDER BY (a, f(x), b)';
    expect(toClusterDdl(alter, names)).toEqual([
      "ALTER TABLE sandscope_local.t ON CLUSTER 'sandscope' ADD COLUMN b UInt8, MODIFY ORDER BY (a, f(x), b)",
      "ALTER TABLE sandscope.t ON CLUSTER 'sandscope' ADD COLUMN b UInt8",
    ]);
  });

  it('takes a table away everywhere', () => {
    expect(toClusterDdl('DROP TABLE IF EXISTS sandscope_local.t', names)).toEqual([
      "DROP TABLE IF EXISTS sandscope.t ON CLUSTER 'sandscope'",
      "DROP TABLE IF EXISTS sandscope_local.t ON CLUSTER 'sandscope' SYNC",
    ]);
  });

  it('fills a table from another on every shard', () => {
    const insert = 'INSERT INTO sandscope_local.a (x)\n    SELECT x FROM sandscope_local.b';
    expect(toClusterDdl(insert, names)).toEqual([
      'INSERT INTO sandscope.a (x)\n    SELECT x FROM sandscope.b\n    SETTINGS parallel_distributed_insert_select = 2',
    ]);
  });

  const columns = '(\n  a UInt8\n)\nENGINE = MergeTree\n';
  it.each([
    ['CREATE TABLE sandscope_local.t (a UInt8) ENGINE = Memory'],
    [
      `CREATE TABLE IF NOT EXISTS other.t ${columns}ORDER BY a\nSETTINGS non_replicated_deduplication_window = 0`,
    ],
    [`CREATE TABLE IF NOT EXISTS sandscope_local.t ${columns}ORDER BY a`],
    [
      `CREATE TABLE IF NOT EXISTS sandscope_local.t ${columns}ORDER BY hex(a)\nSETTINGS non_replicated_deduplication_window = 0`,
    ],
    ['CREATE MATERIALIZED VIEW IF NOT EXISTS sandscope_local.v ENGINE = MergeTree ORDER BY a AS\nSELECT 1'],
    ['ALTER TABLE sandscope_local.t UPDATE a = 1 WHERE 1'],
    ['OPTIMIZE TABLE sandscope_local.t'],
    ['INSERT INTO sandscope_local.t VALUES (1)'],
    ['INSERT INTO sandscope_local.t (a)\nSELECT a FROM sandscope_local.u SETTINGS max_threads = 1'],
  ])('of a shape nobody thought about is refused: %j', (statement) => {
    expect(() => toClusterDdl(statement, names)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});
