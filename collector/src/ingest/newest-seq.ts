import type { Inbox } from '../inbox/index.ts';
import { STORE_CONSUMER } from '../inbox/index.ts';

/** The number of the newest request that the store still needs, else of the newest one it has. */
export function newestSeq(inbox: Inbox): number {
  const { doneTo } = inbox.cursors.get(STORE_CONSUMER);
  return inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).at(-1)?.seq ?? doneTo;
}
