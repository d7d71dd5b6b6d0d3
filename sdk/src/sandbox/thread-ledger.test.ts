import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { ThreadLedger } from './thread-ledger.ts';

const MODULE = new URL('thread-ledger.ts', import.meta.url).href;

async function temporaryPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, '.sandscope-x.threads');
}

test('invocations of two threads share one numbering, and their overlap is known', async () => {
  const path = await temporaryPath();
  const [one, two] = [new ThreadLedger(path, 1), new ThreadLedger(path, 2)];
  const a = one.begin(10n);
  expect(a).toMatchObject({ ordinal: 1, concurrent: 1, shared: false, idleSinceNanos: undefined });
  const b = two.begin(20n);
  expect(b).toMatchObject({ ordinal: 2, concurrent: 2, shared: true });
  two.end(b, 30n);
  one.end(a, 40n);
  // It overlapped with others, and knows that when it ends.
  expect(a.shared).toBe(true);
  const c = two.begin(50n);
  expect(c).toMatchObject({ ordinal: 3, concurrent: 1, shared: false, idleSinceNanos: 40n });
  two.end(c, 60n);
  expect(c.shared).toBe(false);
});

test('the overlap of concurrent invocations in one thread is known too', async () => {
  const ledger = new ThreadLedger(await temporaryPath(), 1);
  const [a, b] = [ledger.begin(1n), ledger.begin(2n)];
  ledger.end(a, 3n);
  ledger.end(b, 4n);
  expect([a, b]).toMatchObject([
    { ordinal: 1, concurrent: 1, shared: true },
    { ordinal: 2, concurrent: 2, shared: true },
  ]);
});

test('many threads at once: each number is used once and none is missing, over several files', async () => {
  const path = await temporaryPath();
  const [threads, each] = [4, 17_000];
  const program = `
    const { parentPort, threadId, workerData: { path, each } } = require('node:worker_threads');
    import('${MODULE}').then(({ ThreadLedger }) => {
      const ledger = new ThreadLedger(path, threadId);
      const ordinals = new Uint32Array(each);
      let most = 0;
      for (let i = 0; i < each; i += 1) {
        const ticket = ledger.begin(process.hrtime.bigint());
        ordinals[i] = ticket.ordinal;
        most = Math.max(most, ticket.concurrent);
        ledger.end(ticket, process.hrtime.bigint());
      }
      parentPort.postMessage({ ordinals, most });
    });`;
  const results = await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(program, { eval: true, workerData: { path, each } });
      return await new Promise<{ ordinals: Uint32Array; most: number }>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
      });
    }),
  );
  const all = results.flatMap(({ ordinals }) => [...ordinals]).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: threads * each }, (_, index) => index + 1));
  expect(Math.max(...results.map(({ most }) => most))).toBeLessThanOrEqual(threads);
  // 136,000 records do not fit into two files; the full ones have been removed.
  const numbers = (await readdir(join(path, '..'))).map((name) => Number(name.split('.').at(-1)));
  expect(Math.max(...numbers)).toBe(2);
  expect(numbers.length).toBeLessThanOrEqual(2);
});
