/** An inbox that is damaged or lost between two starts: readable spans are stored, and unreadable ones are reported. */
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parkedFiles, readLetters } from '../../collector/src/inbox/index.ts';
import { startCollector, temporaryFolder, type Collector } from '../support/stack.ts';
import { invocations } from './load.ts';
import { engineOf } from './processes.ts';
import { readStored } from './stored.ts';

const TIMEOUT_MILLIS = 300_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
let collector: Collector | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'collector');
});
afterEach(async () => {
  await collector?.child.stop();
  await folder.remove();
});

/** Makes a collector acknowledge requests without storing them, and kills it. Returns the ids of their spans. */
async function acknowledgedOnly(requests: number): Promise<string[][]> {
  const { url, child } = await startCollector(folder.path);
  const engine = engineOf(child.process.pid as number) as number;
  process.kill(engine, 'SIGSTOP');
  const ids: string[][] = [];
  for (let index = 0; index < requests; index++) {
    const { body, spanIds } = invocations(20);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
    expect(response.status).toBe(200);
    ids.push(spanIds);
  }
  const ended = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  await ended;
  return ids;
}

function damage(work: (file: DatabaseSync) => void): void {
  const file = new DatabaseSync(join(dataDir, 'inbox.db'));
  work(file);
  file.close();
}

const logged = (): string => readFileSync(join(folder.path, 'collector.log'), 'utf8');

it(
  'two flipped bytes cost one request, which becomes a dead letter as it is',
  async () => {
    const requests = await acknowledgedOnly(9);
    let kept = Buffer.alloc(0);
    damage((file) => {
      const row = file.prepare('SELECT body FROM bodies WHERE seq = 5').get();
      kept = Buffer.from(row?.['body'] as Uint8Array);
      for (const at of [kept.length >> 1, (kept.length >> 1) + 1]) kept[at] = (kept[at] as number) ^ 0xff;
      file.prepare('UPDATE bodies SET body = ? WHERE seq = 5').run(kept);
      file.exec('DELETE FROM bodies WHERE seq = 7');
    });
    collector = await startCollector(folder.path);
    await collector.settled();
    expect((await fetch(`${collector.url}/readyz`)).status).toBe(200);
    expect((await collector.status()).store.parkedRequests).toBe(2);
    await collector.child.stop();
    const letters = parkedFiles(join(dataDir, 'dead-letters')).flatMap(({ files }) =>
      files.flatMap((file) => readLetters(file)),
    );
    expect(letters).toMatchObject([
      { seq: 5, isRaw: true, spans: 20, body: kept.toString('base64') },
      { seq: 7, isRaw: true, spans: 20, body: '' },
    ]);
    expect(letters[0]?.reason).toContain('checksum');
    const { spans } = await readStored(dataDir);
    const lost = new Set(requests.flat().filter((id) => !spans.has(id)));
    expect(lost).toEqual(new Set([...(requests[4] ?? []), ...(requests[6] ?? [])]));
  },
  TIMEOUT_MILLIS,
);

it.each([
  ['its first bytes', () => [0, 1, 2, 3]],
  ['the root of each of its tables', (pages: number[]) => pages.map((page) => (page - 1) * 4096)],
] as const)(
  'an inbox of which %s are damaged is put aside, and the intake goes on',
  { timeout: TIMEOUT_MILLIS },
  async (_what, placesOf) => {
    await acknowledgedOnly(3);
    let roots: number[] = [];
    damage((file) => {
      file.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      roots = file
        .prepare("SELECT rootpage FROM sqlite_master WHERE type = 'table' AND rootpage > 1")
        .all()
        .map(({ rootpage }) => Number(rootpage));
    });
    const path = join(dataDir, 'inbox.db');
    const damaged = readFileSync(path);
    for (const place of placesOf(roots)) damaged[place] = (damaged[place] as number) ^ 0xff;
    writeFileSync(path, damaged);
    collector = await startCollector(folder.path);
    const aside = readdirSync(dataDir).filter((name) => name.startsWith('inbox.db.damaged-'));
    expect(aside.filter((name) => name.endsWith('Z'))).toHaveLength(1);
    // The head of the file counts how often it was opened.
    const kept = readFileSync(join(dataDir, aside.find((name) => name.endsWith('Z')) as string));
    expect(kept.subarray(100)).toEqual(damaged.subarray(100));
    expect(logged()).toMatch(/the inbox .* is damaged .* it was moved to /);
    const { body } = invocations(20);
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
    await collector.settled();
  },
);

it(
  'a log of the inbox in which a byte has changed is told, and what came before it is stored',
  async () => {
    const requests = await acknowledgedOnly(20);
    const path = join(dataDir, 'inbox.db-wal');
    const log = readFileSync(path);
    log[log.length >> 1] = (log[log.length >> 1] as number) ^ 0xff;
    writeFileSync(path, log);
    collector = await startCollector(folder.path);
    expect(logged()).toMatch(/the log of the inbox .* is damaged: \d+ commits in it cannot be read/);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('inbox.db-wal.damaged-'))).toHaveLength(1);
    await collector.settled();
    await collector.child.stop();
    collector = undefined;
    const { spans } = await readStored(dataDir);
    const lost = requests.flatMap((ids, index) => (ids.every((id) => spans.has(id)) ? [] : [index]));
    expect(lost.length).toBeGreaterThan(0);
    // Nothing before the first lost request is lost.
    expect(lost).toEqual(Array.from({ length: lost.length }, (_, at) => requests.length - lost.length + at));
  },
  TIMEOUT_MILLIS,
);

it(
  'an inbox that was emptied is told at the start',
  async () => {
    await acknowledgedOnly(2);
    for (const end of ['-wal', '-shm']) rmSync(join(dataDir, `inbox.db${end}`), { force: true });
    truncateSync(join(dataDir, 'inbox.db'));
    collector = await startCollector(folder.path);
    expect(logged()).toMatch(/the inbox .* is not the previous one.* are lost/);
  },
  TIMEOUT_MILLIS,
);
