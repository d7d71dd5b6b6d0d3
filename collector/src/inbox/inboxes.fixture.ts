import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { InboxOptions } from './inbox.ts';
import { Inbox } from './inbox.ts';

let folder = '';
let open: Inbox[] = [];

/** Gives each test of the calling file a folder of its own, and closes its inboxes afterwards. */
export function useInboxFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandscope-inbox-'));
    open = [];
  });
  afterEach(() => {
    for (const inbox of open) inbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A path in the folder of the test; default the folder itself. */
export function inFolder(name = ''): string {
  return join(folder, name);
}

/** Opens `inbox.db` in the folder of the test. */
export function openInbox(options: Partial<InboxOptions> = {}): Inbox {
  const inbox = new Inbox({ path: inFolder('inbox.db'), minFreeBytes: 0, ...options });
  open.push(inbox);
  return inbox;
}

/** Appends a text as the body of a request. */
export async function append(inbox: Inbox, text: string, spans = 1): Promise<unknown> {
  return inbox.append({
    body: new TextEncoder().encode(text),
    encoding: 'json',
    contentType: 'application/json; charset=utf-8',
    summary: { spans, rejected: 0, message: '' },
  });
}

/** Numbers of the requests in an inbox. */
export function seqs(inbox: Inbox): number[] {
  return inbox.entries(0, Number.MAX_SAFE_INTEGER, 1000).map((entry) => entry.seq);
}

/** The body of a request as text. */
export function textOf(inbox: Inbox, seq: number): string {
  return Buffer.from(inbox.body(seq)).toString();
}
