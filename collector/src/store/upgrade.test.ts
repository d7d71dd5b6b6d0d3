import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { forEmptyDatabase } from './migrations/fresh.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Store } from './store.ts';
import type { Answers } from './upgrade.fixture.ts';
import { answersAfter, answersOfNew, pick, run, schemaOf } from './upgrade.fixture.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder = '';
let engine: Engine;
let today: Answers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-upgrade-'));
  engine = await startEngine({ dataDir: folder, log });
  today = await answersOfNew(engine);
}, 120_000);
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a new store', () => {
  it('answers what was put into it', () => {
    expect(today.functions).toMatchObject([
      { invocations: 4, sandboxes: 2, cold: 2, hosts: 1, lostSpans: 1 },
    ]);
    expect(today.kinds).toEqual(['Client', 'Server']);
    expect(today.versions).toHaveLength(MIGRATIONS.length);
  });

  it('is made whole where the first start ended before all was noted down', async () => {
    const connection = { ...pick(engine), database: 'half_made' };
    const statements = MIGRATIONS.flatMap((migration) => migration.statements(connection.database));
    await run(connection, [
      `CREATE DATABASE ${connection.database} ENGINE = Atomic`,
      ...forEmptyDatabase(statements),
    ]);
    const store = await Store.open(connection);
    expect(await schemaOf(store)).toEqual(today.schema);
    await store.close();
  });
});

describe('an upgrade', () => {
  // The first version, and the last one with a shorter row identity; `upgrade.long.test.ts` covers all versions.
  it.each([1, 8])(
    'from version %i keeps the answers, and makes the tables of a new store',
    async (version) => {
      expect(await answersAfter(engine, version)).toEqual(today);
    },
    120_000,
  );
});
