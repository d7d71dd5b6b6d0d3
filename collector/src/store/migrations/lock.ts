import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseError } from '@clickhouse/client';
import type { Layout } from '../cluster/layout.ts';

export interface LockTiming {
  /** Interval between two heartbeats of the holder, ms. */
  readonly beatMillis: number;
  /** A holder without a heartbeat for this long counts as dead, s. */
  readonly deadSeconds: number;
  /** Interval between two attempts, ms. */
  readonly retryMillis: number;
}

const TIMING: LockTiming = { beatMillis: 5000, deadSeconds: 60, retryMillis: 500 };
const TABLE_ALREADY_EXISTS = 57;
const NUMBER_OF_LOCK = /^migration_lock_(\d+)$/;

interface HeldLock {
  readonly number: number;
  readonly silentSeconds: number;
}

/**
 * Runs the work while no other server of the same database does. The lock is a table, which only one server can create;
 * updates of its comment are the heartbeat. If the holder died, a lock with the next number is created beside the dead
 * one, so that nobody removes a lock that another server has just taken.
 */
export async function withMigrationLock(
  client: ClickHouseClient,
  layout: Layout,
  work: () => Promise<void>,
  timing: LockTiming = TIMING,
): Promise<void> {
  const table = await acquire(client, layout, timing);
  const beat = setInterval(() => {
    const query = `ALTER TABLE ${table}${layout.onCluster} MODIFY COMMENT '${randomUUID()}'`;
    client.command({ query }).catch(() => undefined); // the work itself fails if the server is away
  }, timing.beatMillis);
  try {
    await work();
  } finally {
    clearInterval(beat);
    for (const { number } of await heldLocks(client, layout).catch(() => [])) {
      const query = `DROP TABLE IF EXISTS ${lockTable(layout, number)}${layout.onCluster}`;
      await client.command({ query }).catch(() => undefined); // a lock that remains counts as dead later
    }
  }
}

async function acquire(client: ClickHouseClient, layout: Layout, timing: LockTiming): Promise<string> {
  for (;;) {
    const held = await heldLocks(client, layout);
    if (held.every(({ silentSeconds }) => silentSeconds > timing.deadSeconds)) {
      const table = lockTable(layout, Math.max(-1, ...held.map(({ number }) => number)) + 1);
      const columns = `(held UInt8) ENGINE = Memory COMMENT '${randomUUID()}'`;
      try {
        await client.command({ query: `CREATE TABLE ${table}${layout.onCluster} ${columns}` });
        return table;
      } catch (error) {
        if (!(error instanceof ClickHouseError) || Number(error.code) !== TABLE_ALREADY_EXISTS) throw error;
      }
    }
    await delay(timing.retryMillis);
  }
}

async function heldLocks(client: ClickHouseClient, { database }: Layout): Promise<HeldLock[]> {
  const result = await client.query({
    query: `SELECT name, toUInt32(greatest(0, now() - metadata_modification_time)) AS silent
      FROM system.tables WHERE database = '${database}' AND startsWith(name, 'migration_lock_')`,
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ name: string; silent: number }>();
  return rows.flatMap(({ name, silent }) => {
    const number = NUMBER_OF_LOCK.exec(name)?.[1];
    return number === undefined ? [] : [{ number: Number(number), silentSeconds: silent }];
  });
}

function lockTable({ database }: Layout, number: number): string {
  return `${database}.migration_lock_${number}`;
}
