/** Verdicts about the sockets that sandboxes hold. */
import type { ConnectionsEntry } from '../api/answers.ts';
import { count, counted } from '../words.ts';

/** The remote end as the program requested it, with its port. */
export function peerWords({ peer, name }: ConnectionsEntry): string {
  const port = /:(\d+)$/.exec(peer)?.[1];
  return name === undefined || port === undefined ? peer : `${name}:${port}`;
}

/** The number of connections to plan a pool for. */
export const planFor = ({ peak }: ConnectionsEntry): number | undefined => peak.high ?? peak.value;

/** How many sockets does each remote end hold? */
export function connectionsVerdict(endpoints: readonly ConnectionsEntry[]): string {
  const [first] = endpoints.toSorted((a, b) => (planFor(b) ?? 0) - (planFor(a) ?? 0));
  if (!first) return 'No sandbox reported an open connection.';
  const { peak, sandboxes, basis } = first;
  const plan = planFor(first);
  if (peak.value === undefined || plan === undefined) return 'The number of open sockets is unknown.';
  const held = `${peerWords(first)} held up to ${counted(peak.value, 'socket')} at once, of ${counted(sandboxes, 'sandbox', 'sandboxes')}`;
  if (!basis.enough) return `${held}.`;
  return `${held}; a pool of ${count(plan)} would have held them all.`;
}
