import { createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../cluster/index.ts';
import { Store } from '../store.ts';
import { startTestEngine } from '../test-engine.ts';
import type { TestEngine } from '../test-engine.ts';
import { MIGRATIONS } from './index.ts';
import { withMigrationLock } from './lock.ts';

let test: TestEngine;
let client: ClickHouseClient;
beforeAll(async () => {
  test = await startTestEngine();
  const { url, user, password } = test.engine;
  client = createClient({ url, username: user, password, log: { level: 127 } });
});
afterAll(async () => {
  await client?.close();
  await test?.close();
});

const locks = () => test.store.query("SELECT name FROM system.tables WHERE name LIKE 'migration_lock%'");

describe('the schema', () => {
  it('is made by one of several servers that start at once', async () => {
    const { url, user, password } = test.engine;
    const connection = { url, user, password, database: 'at_once' };
    const stores = await Promise.all(Array.from({ length: 4 }, () => Store.open(connection)));
    const versions = await stores[0]?.query<{ version: number }>(
      'SELECT version FROM at_once.migrations ORDER BY version',
    );
    expect(versions?.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    expect(await locks()).toEqual([]);
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe('the lock', () => {
  const layout = layoutOf({ database: 'sandscope' });
  const timing = { beatMillis: 300, deadSeconds: 2, retryMillis: 20 };

  it('lets one work at a time, also one that takes long', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 1200)); // three of these are longer than the timeout of a
      // silent holder
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withMigrationLock(client, layout, work, timing)));
    expect(most).toBe(1);
    expect(await locks()).toEqual([]);
  });

  it('is given back by work that fails', async () => {
    const fails = withMigrationLock(client, layout, () => Promise.reject(new Error('no')), timing);
    await expect(fails).rejects.toThrow('no');
    expect(await locks()).toEqual([]);
  });

  it('passes on from a holder that died', async () => {
    await client.command({ query: 'CREATE TABLE sandscope.migration_lock_0 (held UInt8) ENGINE = Memory' });
    let ran = false;
    await withMigrationLock(
      client,
      layout,
      async () => {
        ran = true;
        expect(await locks()).toHaveLength(2);
      },
      timing,
    );
    expect(ran).toBe(true);
    expect(await locks()).toEqual([]);
  });
});
