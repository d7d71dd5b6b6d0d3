import { mkdirSync, rmSync, statfsSync, statSync, truncateSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Inbox } from './inbox.ts';
import { append, inFolder, openInbox, seqs, textOf, useInboxFolder } from './inboxes.fixture.ts';
import { STORE_CONSUMER } from './cursors.ts';
import { detachInboxCopy } from './inbox-copy.ts';
import { parkedFiles, readLetters } from './dead-letters.ts';

const JAEGER = 'forward:http://jaeger/';

useInboxFolder();

/** Trimming runs between turns of the event loop. */
async function trimmed(inbox: Inbox, left: number): Promise<void> {
  while (seqs(inbox).length > left) await nextTurn();
}

describe('the inbox', () => {
  it('returns what was appended, byte for byte and in order, also after it was reopened', async () => {
    const first = openInbox();
    await Promise.all(['a', 'b', 'c'].map((text) => append(first, text)));
    const { id } = first;
    first.close();
    const inbox = openInbox();
    expect(inbox.id).toBe(id);
    expect(inbox.entries(0, 9, 9)).toEqual(
      [1, 2, 3].map((seq) => ({
        seq,
        encoding: 'json',
        contentType: 'application/json; charset=utf-8',
        spans: 1,
        bytes: 1,
      })),
    );
    expect([1, 2, 3].map((seq) => textOf(inbox, seq))).toEqual(['a', 'b', 'c']);
    expect(inbox.pending(STORE_CONSUMER)).toMatchObject({ requests: 3, bytes: 3 });
  });

  it('compresses repetitive bodies, and returns them unchanged', async () => {
    const inbox = openInbox();
    const texts = ['a span '.repeat(10_000), randomBytes(5000).toString('latin1')];
    for (const text of texts) await append(inbox, text);
    expect([1, 2].map((seq) => textOf(inbox, seq))).toEqual(texts);
    expect(inbox.pending(STORE_CONSUMER).bytes).toBe(
      texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    );
    expect(inbox.space().bytes).toBeLessThan(20_000);
    inbox.close();
    expect(openInbox().space()).toEqual({ ...inbox.space(), freeDiskBytes: expect.any(Number) as number });
  });

  it('commits all waiting requests together', async () => {
    const inbox = openInbox();
    let commits = 0;
    inbox.onAppended(() => commits++);
    await Promise.all(Array.from({ length: 500 }, (_, index) => append(inbox, `request ${index}`)));
    expect(commits).toBe(1);
    expect(seqs(inbox)).toHaveLength(500);
  });

  it('keeps a resent request only once, with the same answer', async () => {
    const inbox = openInbox();
    const summary = { spans: 3, rejected: 2, message: 'two are bad' };
    const request = { body: new Uint8Array([1]), encoding: 'protobuf', contentType: 'x', summary } as const;
    await Promise.all([inbox.append(request), inbox.append(request)]);
    expect(await inbox.append(request)).toEqual(summary);
    await inbox.append({ ...request, encoding: 'json' });
    expect(seqs(inbox)).toEqual([1, 2]);
    inbox.advance(STORE_CONSUMER, 2);
    await trimmed(inbox, 0);
    inbox.close();
    const reopened = openInbox();
    expect(await reopened.append(request)).toEqual(summary);
    expect(seqs(reopened)).toEqual([]);
  });

  it('deletes a request when every consumer is past it, and never reuses its number', async () => {
    const inbox = openInbox({ forwarders: [JAEGER] });
    await Promise.all(['a', 'b', 'c'].map((text) => append(inbox, text)));
    inbox.advance(STORE_CONSUMER, 3);
    inbox.advance(JAEGER, 2, undefined, false);
    await trimmed(inbox, 1);
    expect(seqs(inbox)).toEqual([3]);
    expect([inbox.pending(STORE_CONSUMER).requests, inbox.pending(JAEGER).requests]).toEqual([0, 1]);
    inbox.advance(JAEGER, 3);
    await trimmed(inbox, 0);
    await append(inbox, 'd');
    expect(seqs(inbox)).toEqual([4]);
  });

  it('keeps a plan until it is done', async () => {
    const inbox = openInbox();
    await append(inbox, 'a');
    await append(inbox, 'b');
    inbox.plan(STORE_CONSUMER, 2);
    inbox.close();
    const reopened = openInbox();
    expect(reopened.cursors.get(STORE_CONSUMER)).toMatchObject({ doneTo: 0, plannedTo: 2 });
    reopened.advance(STORE_CONSUMER, 2);
    expect(reopened.cursors.get(STORE_CONSUMER)).toMatchObject({ doneTo: 2, plannedTo: 2 });
  });

  it('starts a new forwarder at the oldest request and forgets one that is gone', async () => {
    const plain = openInbox();
    await append(plain, 'a');
    await append(plain, 'b');
    plain.advance(STORE_CONSUMER, 1);
    await trimmed(plain, 1);
    plain.close();
    const forwarding = openInbox({ forwarders: [JAEGER] });
    expect(forwarding.pending(JAEGER)).toMatchObject({ requests: 1, bytes: 1 });
    forwarding.advance(STORE_CONSUMER, 2);
    forwarding.close();
    const without = openInbox();
    await trimmed(without, 0);
    expect(seqs(without)).toEqual([]);
  });

  it('returns the space of a burst to the file system', async () => {
    const inbox = openInbox();
    const file = inFolder('inbox.db');
    for (let index = 0; index < 16; index++) {
      const body = randomBytes(8 * 1024 ** 2); // incompressible
      await inbox.append({
        body,
        encoding: 'json',
        contentType: 'x',
        summary: { spans: 1, rejected: 0, message: '' },
      });
    }
    inbox.advance(STORE_CONSUMER, 16);
    await expect.poll(() => statSync(file).size, { timeout: 20_000 }).toBeLessThan(64 * 1024 ** 2);
  });
});

describe('a full inbox', () => {
  it('refuses with 503 and accepts requests again when there is room', async () => {
    const inbox = openInbox({ maxBytes: 1000 });
    await append(inbox, 'x'.repeat(400));
    await expect(append(inbox, 'y'.repeat(400))).rejects.toMatchObject({
      code: 'ERR_INBOX_FULL',
      statusCode: 503,
      retryAfterSeconds: 5,
    });
    expect(inbox.isWritable()).toBe(true);
    await expect(append(inbox, 'x'.repeat(400))).resolves.toBeDefined(); // sent again, already on disk
    inbox.advance(STORE_CONSUMER, 1);
    await trimmed(inbox, 0);
    await append(inbox, 'y'.repeat(400));
  });

  it('counts requests that wait for the commit', async () => {
    const inbox = openInbox({ maxBytes: 1000 });
    const results = await Promise.allSettled(['x', 'y', 'z'].map((text) => append(inbox, text.repeat(400))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('refuses when the file system runs out of space', async () => {
    const { bavail, bsize } = statfsSync(inFolder());
    const inbox = openInbox({ minFreeBytes: bavail * bsize * 2 });
    await expect(append(inbox, 'a')).rejects.toMatchObject({ code: 'ERR_INBOX_FULL', statusCode: 503 });
    expect(inbox.isWritable()).toBe(false);
  });

  it('drops requests that only a dead forwarder still needs, and reports it', async () => {
    const dropped: unknown[] = [];
    const inbox = openInbox({
      maxBytes: 8000,
      forwarders: [JAEGER],
      onDropped: (...args) => dropped.push(args),
    });
    for (let index = 0; index < 20; index++) {
      await append(inbox, `${index}`.padEnd(400, '.'));
      inbox.advance(STORE_CONSUMER, index + 1);
    }
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped[0]).toEqual([JAEGER, expect.any(Number), 'the inbox is full']);
    expect(textOf(inbox, 20)).toMatch(/^19\./);
    expect(inbox.pending(JAEGER).requests).toBe(seqs(inbox).length);
  });
});

describe('a disk that fails', () => {
  it('refuses with 503 and recovers', async () => {
    const inbox = openInbox();
    // Another writer that never finishes: SQLite times out.
    const other = new DatabaseSync(inFolder('inbox.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(append(inbox, 'a')).rejects.toMatchObject({
      code: 'ERR_INBOX_UNAVAILABLE',
      statusCode: 503,
    });
    expect(inbox.failure).toContain('locked');
    other.exec('ROLLBACK');
    other.close();
    expect(inbox.isWritable()).toBe(true);
    await append(inbox, 'a');
    expect(seqs(inbox)).toEqual([1]);
  });
});

describe('a wall clock that is set', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([-3_600_000, 3_600_000])(
    'by %i ms changes no age, and resends are still recognised',
    async (stepMillis) => {
      const inbox = openInbox();
      await append(inbox, 'a');
      vi.setSystemTime(Date.now() + stepMillis);
      await append(inbox, 'a');
      await append(inbox, 'b');
      expect(seqs(inbox)).toEqual([1, 2]);
      expect(inbox.pending(STORE_CONSUMER).oldestAgeMs).toBeLessThan(10_000);
    },
  );

  it('back before a restart does not move time back', async () => {
    const first = openInbox();
    await append(first, 'a');
    first.close();
    vi.setSystemTime(Date.now() - 3_600_000);
    const inbox = openInbox();
    await append(inbox, 'a');
    expect(seqs(inbox)).toEqual([1]);
    expect(inbox.pending(STORE_CONSUMER).oldestAgeMs).toBeLessThan(10_000);
  });
});

describe('an inbox that was changed or lost', () => {
  const path = (end = ''): string => inFolder(`inbox.db${end}`);
  const open2 = (): string[] => {
    const told: string[] = [];
    openInbox({ warn: (message) => void told.push(message) }).close();
    return told;
  };

  it.each<[string, () => void, RegExp]>([
    ['gone', () => rmSync(path()), /not the previous one, which had received at least 2 requests.* are lost/],
    ['empty', () => truncateSync(path()), /not the previous one.* are lost/],
    [
      'without its rows',
      () => {
        const file = new DatabaseSync(path());
        file.exec('DELETE FROM requests; DELETE FROM bodies');
        file.close();
      },
      /^2 acknowledged requests that were not yet stored are missing/,
    ],
    [
      'gone, with all that was remembered of it',
      () => {
        for (const file of [path(), inFolder('inbox.json')]) rmSync(file);
        mkdirSync(inFolder('engine'));
      },
      /^there was no inbox .* beside the tables/,
    ],
  ])('because it is %s is reported', async (_how, lose, words) => {
    const first = openInbox();
    await append(first, 'a');
    await append(first, 'b');
    first.close();
    expect(open2()).toEqual([]);
    lose();
    expect(open2()).toEqual([expect.stringMatching(words)]);
  });

  it('is not one that is new, or whose requests were all stored', async () => {
    expect(open2()).toEqual([]);
    const first = openInbox();
    await append(first, 'a');
    first.advance(STORE_CONSUMER, 1);
    await trimmed(first, 0);
    first.close();
    expect(open2()).toEqual([]);
    detachInboxCopy(path(), 1);
    expect(open2()).toEqual([]);
  });
});

describe('a body that is damaged', () => {
  it('has an error of its own, and becomes a dead letter unchanged', async () => {
    const inbox = openInbox();
    await append(inbox, 'a span '.repeat(1000));
    const file = new DatabaseSync(inFolder('inbox.db'));
    file.exec("UPDATE bodies SET body = 'damaged'");
    file.close();
    expect(() => inbox.body(1)).toThrow(expect.objectContaining({ code: 'ERR_INBOX_BODY' }));
    inbox.advance(STORE_CONSUMER, 1, new Map([[1, 'damaged']]));
    const [path = ''] = parkedFiles(inFolder('dead-letters'))[0]?.files ?? [];
    expect(readLetters(path)).toMatchObject([
      { seq: 1, isRaw: true, body: Buffer.from('damaged').toString('base64') },
    ]);
  });
});

describe('a request larger than the whole inbox', () => {
  it('is too large, and must not be resent', async () => {
    const inbox = openInbox({ maxBytes: 4096 });
    const noise = randomBytes(5000).toString('latin1');
    await expect(append(inbox, noise)).rejects.toMatchObject({ statusCode: 413, code: 'ERR_OTLP_TOO_LARGE' });
    await append(inbox, 'a');
    expect(seqs(inbox)).toEqual([1]);
  });
});

describe('an inbox of version 2', () => {
  it('opens, and its bodies are read without a checksum', async () => {
    const first = openInbox();
    await append(first, 'a span '.repeat(1000));
    first.close();
    const file = new DatabaseSync(inFolder('inbox.db'));
    file.exec(`ALTER TABLE bodies DROP COLUMN checksum; ALTER TABLE cursors DROP COLUMN planned_at;
      PRAGMA user_version = 2`);
    file.close();
    const inbox = openInbox();
    await append(inbox, 'b');
    expect([1, 2].map((seq) => textOf(inbox, seq))).toEqual(['a span '.repeat(1000), 'b']);
  });
});

describe('a damaged or newer file', () => {
  it('is an error that names it, never an empty inbox', async () => {
    const inbox = openInbox();
    await append(inbox, 'a');
    inbox.close();
    const file = new DatabaseSync(inFolder('inbox.db'));
    file.exec('PRAGMA user_version = 99');
    file.close();
    expect(() => openInbox()).toThrow(
      expect.objectContaining({
        code: 'ERR_DATA_DIR',
        message: expect.stringContaining('newer version') as string,
      }),
    );
  });
});
