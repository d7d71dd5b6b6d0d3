import type { ReactNode } from 'react';
import type { PlacementAnswer, PlacementEntry } from '../api/answers.ts';
import { type Query, urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { NotKnowable, StateOf } from '../frame/states.tsx';

/** Why hosts are unknown, by the reason in the answer `placement`, and what would make them known. */
const UNKNOWN: Record<NonNullable<PlacementEntry['refused']>, readonly [why: string, then: string]> = {
  'private-kernels': [
    'Each sandbox has a kernel of its own here, which reveals nothing about the host.',
    'Where you know the host, declare it: set SANDSCOPE_HOST_ID in the function’s environment.',
  ],
  'kernels-not-told': [
    'These calls name neither a kernel nor a host.',
    'Wrap the function with the SDK, which reads them; or set SANDSCOPE_HOST_ID where you know the host.',
  ],
  'too-few-sandboxes': [
    'No two sandboxes were alive at the same time, so it is unknown whether they share a kernel.',
    'Calls that overlap will show it. Where you know the host, set SANDSCOPE_HOST_ID.',
  ],
};

/** Instead of the picture of hosts, where none is known. */
export function UnknownHosts({
  query,
  isLive,
}: {
  readonly query: Query;
  readonly isLive: boolean;
}): ReactNode {
  const placement = useAnswer<PlacementAnswer>(urlOf('placement', query), isLive);
  // Of several platforms, the reason for most sandboxes.
  const reason = placement.data?.platforms.toSorted((a, b) => b.sandboxes - a.sandboxes)[0]?.refused;
  const [why, then] = UNKNOWN[reason ?? 'kernels-not-told'];
  return (
    <StateOf answer={placement}>
      <NotKnowable why={why} then={then} />
    </StateOf>
  );
}
