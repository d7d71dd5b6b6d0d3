import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyInbox, detachInboxCopy } from './inbox-copy.ts';
import { Inbox } from './inbox.ts';
import { STORE_CONSUMER } from './cursors.ts';

let folder: string;
let original: Inbox;
const open = (name: string): Inbox => new Inbox({ path: join(folder, name), minFreeBytes: 0 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-copy-'));
  original = open('inbox.db');
});

afterEach(() => {
  original.close();
  rmSync(folder, { recursive: true, force: true });
});

async function append(inbox: Inbox, name: string): Promise<void> {
  const body = new TextEncoder().encode(name);
  const summary = { spans: 1, rejected: 0, message: '' };
  await inbox.append({ body, encoding: 'json', contentType: 'application/json', summary });
}

const pendingIn = (inbox: Inbox): string[] => {
  const { doneTo } = inbox.cursors.get(STORE_CONSUMER);
  return inbox
    .entries(doneTo, Number.MAX_SAFE_INTEGER, 100)
    .map(({ seq }) => String(Buffer.from(inbox.body(seq))));
};

describe('a copy of an inbox', () => {
  it('has everything committed except what has reached the tables since', async () => {
    for (const name of ['one', 'two', 'three']) await append(original, name);
    copyInbox(join(folder, 'inbox.db'), join(folder, 'copy.db'));
    await append(original, 'four');
    detachInboxCopy(join(folder, 'copy.db'), 2);
    const copy = open('copy.db');
    expect(pendingIn(copy)).toEqual(['three']);
    copy.close();
  });

  it('loses no later request when the tables are ahead of it', async () => {
    copyInbox(join(folder, 'inbox.db'), join(folder, 'copy.db'));
    detachInboxCopy(join(folder, 'copy.db'), 5);
    const copy = open('copy.db');
    await append(copy, 'later');
    expect(pendingIn(copy)).toEqual(['later']);
    copy.close();
  });

  it('is never confused with the original by tokens or numbers', async () => {
    await append(original, 'one');
    copyInbox(join(folder, 'inbox.db'), join(folder, 'copy.db'));
    detachInboxCopy(join(folder, 'copy.db'), undefined);
    const copy = open('copy.db');
    await append(copy, 'two');
    await append(original, 'two');
    expect(copy.id).not.toBe(original.id);
    const newest = (inbox: Inbox): number | undefined =>
      inbox.entries(0, Number.MAX_SAFE_INTEGER, 100).at(-1)?.seq;
    expect(newest(copy)).toBeGreaterThan((newest(original) as number) + 1e8);
    expect(pendingIn(copy)).toEqual(['one', 'two']);
    copy.close();
  });

  it('recognises resends too', async () => {
    await append(original, 'one');
    copyInbox(join(folder, 'inbox.db'), join(folder, 'copy.db'));
    detachInboxCopy(join(folder, 'copy.db'), 1);
    const copy = open('copy.db');
    await append(copy, 'one');
    expect(pendingIn(copy)).toEqual([]);
    copy.close();
  });
});
