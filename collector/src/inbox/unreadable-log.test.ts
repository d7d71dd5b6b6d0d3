import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unreadableCommits } from './unreadable-log.ts';

const COMMITS = 20;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The log of a database that was not closed, after some rounds. */
function logOf(rounds: number): Buffer {
  const path = join(folder, 'a.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  for (let round = 0; round < rounds; round++) {
    database.exec('PRAGMA wal_checkpoint(RESTART)');
    for (let n = 0; n < COMMITS - round * 10; n++) {
      database.prepare('INSERT INTO t VALUES (?)').run(Buffer.alloc(10_000, n));
    }
  }
  const log = readFileSync(`${path}-wal`);
  database.close();
  return log;
}

function unreadable(log: Buffer): number {
  const path = join(folder, 'copy-wal');
  writeFileSync(path, log);
  return unreadableCommits(path);
}

it.each([1, 2])('a whole log has none after %i rounds', (rounds) => {
  expect(unreadable(logOf(rounds))).toBe(0);
});

it('nor has one that was cut in its last frame, or is not there', () => {
  expect(unreadable(logOf(1).subarray(0, -100))).toBe(0);
  expect(unreadableCommits(join(folder, 'none'))).toBe(0);
  expect(unreadable(Buffer.alloc(0))).toBe(0);
  expect(unreadable(Buffer.alloc(10_000, 7))).toBe(0);
});

it('are the commits from the one a byte has changed in', () => {
  const log = logOf(1);
  const middle = log.length >> 1;
  log[middle] = (log[middle] as number) ^ 1;
  const count = unreadable(log);
  expect(count).toBeGreaterThan(COMMITS / 2 - 3);
  expect(count).toBeLessThan(COMMITS / 2 + 3);
});

it('are all where its head has changed', () => {
  const log = logOf(1);
  log[25] = (log[25] as number) ^ 1;
  expect(unreadable(log)).toBeGreaterThanOrEqual(COMMITS);
});
