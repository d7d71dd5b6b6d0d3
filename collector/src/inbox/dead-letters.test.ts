import { appendFileSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { STORE_CONSUMER } from './cursors.ts';
import type { DeadLetter } from './dead-letters.ts';
import { parkedFiles, readLetters } from './dead-letters.ts';
import { append, inFolder, openInbox, textOf, useInboxFolder } from './inboxes.fixture.ts';

const JAEGER = 'forward:http://jaeger/';

useInboxFolder();

const lettersOf = (): DeadLetter[] =>
  parkedFiles(inFolder('dead-letters')).flatMap(({ files }) => files.flatMap(readLetters));

it('writes dead letters as lines of JSON with target, reason, times and body', async () => {
  const inbox = openInbox({ forwarders: [JAEGER] });
  await append(inbox, 'bad', 3);
  inbox.advance(STORE_CONSUMER, 1);
  inbox.advance(JAEGER, 1, new Map([[1, 'it answered 400']]));
  expect(inbox.deadLetters.count(JAEGER)).toBe(1);
  const [{ folder: name, files } = { folder: '', files: [] }] = parkedFiles(inFolder('dead-letters'));
  expect(name).toMatch(/^forward-jaeger-[0-9a-f]{8}$/);
  const letter = JSON.parse(readFileSync(files[0] ?? '', 'utf8')) as DeadLetter;
  expect(letter).toEqual({
    id: `${name}/1`,
    target: JAEGER,
    seq: 1,
    reason: 'it answered 400',
    receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    parkedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    encoding: 'json',
    contentType: 'application/json; charset=utf-8',
    spans: 3,
    bytes: 3,
    body: Buffer.from('bad').toString('base64'),
  });
  inbox.close();
  expect(openInbox({ forwarders: [JAEGER] }).deadLetters.count(JAEGER)).toBe(1);
});

it('limits the dead letters of a forwarder, and drops the oldest', async () => {
  const dropped: unknown[] = [];
  const inbox = openInbox({
    maxBytes: 16_000,
    forwarders: [JAEGER],
    onDropped: (...args) => dropped.push(args),
  });
  for (let index = 1; index <= 4; index++) {
    await append(inbox, `${index}`.padEnd(400));
    inbox.advance(JAEGER, index, new Map([[index, 'no']]));
    inbox.advance(STORE_CONSUMER, index);
  }
  expect(lettersOf().map(({ seq }) => seq)).toEqual([3, 4]);
  expect(inbox.deadLetters.count(JAEGER)).toBe(2);
  expect(inbox.dropped(JAEGER)).toBe(2);
  expect(dropped).toHaveLength(2);
});

it('loses no dead letter to a line that a crash truncated', async () => {
  const first = openInbox();
  await append(first, 'a');
  await append(first, 'b');
  first.advance(STORE_CONSUMER, 1, new Map([[1, 'no']]));
  first.close();
  const [file = ''] = parkedFiles(inFolder('dead-letters'))[0]?.files ?? [];
  appendFileSync(file, '{"id":"store/2","targ');
  const inbox = openInbox();
  inbox.advance(STORE_CONSUMER, 2, new Map([[2, 'no']]));
  expect(lettersOf().map(({ id }) => id)).toEqual(['store/1', 'store/2']);
});

it('moves the dead letters of a version 1 inbox to files, and keeps its requests', () => {
  openInbox().close();
  const file = new DatabaseSync(inFolder('inbox.db'));
  file.exec(`ALTER TABLE requests DROP COLUMN stored_bytes; ALTER TABLE bodies DROP COLUMN packing;
    ALTER TABLE bodies DROP COLUMN checksum; ALTER TABLE cursors DROP COLUMN planned_at;
    INSERT INTO requests (seq, received_at, encoding, content_type, spans, bytes) VALUES (3, 1, 'json', 'x', 1, 3);
    INSERT INTO bodies VALUES (3, 'old');
    CREATE TABLE dead_letter (consumer TEXT, seq INTEGER, received_at INTEGER, parked_at INTEGER,
    encoding TEXT, content_type TEXT, reason TEXT, bytes INTEGER, body BLOB);
    INSERT INTO dead_letter VALUES ('store', 7, 1780000000000, 0, 'json', 'x', 'old', 2, 'ab');
    PRAGMA user_version = 1`);
  file.close();
  const inbox = openInbox();
  expect(textOf(inbox, 3)).toBe('old');
  expect(inbox.space().bytes).toBe(3 + 256);
  expect(inbox.deadLetters.count(STORE_CONSUMER)).toBe(1);
  expect(lettersOf()).toMatchObject([{ id: 'store/7', reason: 'old', body: 'YWI=' }]);
});
