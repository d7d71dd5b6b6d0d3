import type { InboxEntry } from '../inbox/index.ts';

/** From this size an insert is worth its fixed cost, and a batch waits no longer. */
const ENOUGH_SPANS = 10_000;
const ENOUGH_BYTES = 12 * 1024 ** 2;
/** Most requests examined for one batch: this many small ones are enough too. */
export const BATCH_REQUESTS = 5000;
/** A store that falls behind gets larger batches, which cost less per row. */
const MOST_SPANS = 20_000;
const MOST_BYTES = 24 * 1024 ** 2;

export interface Batch {
  readonly entries: InboxEntry[];
  readonly isWorthwhile: boolean;
}

/** As many of the entries as fit into one batch, at least one. */
export function takeBatch(entries: readonly InboxEntry[]): Batch {
  const batch: InboxEntry[] = [];
  let spans = 0;
  let bytes = 0;
  for (const entry of entries) {
    if (batch.length > 0 && (spans + entry.spans > MOST_SPANS || bytes + entry.bytes > MOST_BYTES)) break;
    batch.push(entry);
    spans += entry.spans;
    bytes += entry.bytes;
  }
  const isWorthwhile = spans >= ENOUGH_SPANS || bytes >= ENOUGH_BYTES || batch.length >= BATCH_REQUESTS;
  return { entries: batch, isWorthwhile };
}
