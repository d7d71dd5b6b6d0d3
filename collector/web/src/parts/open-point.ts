import type { InvocationsAnswer, PointsEntry } from '../api/answers.ts';
import { get, urlOf } from '../api/client.ts';
import { go, onPage } from '../location.ts';
import type { Place } from '../location.ts';

/** Opens the trace of a dot: its ids are requested only now. */
export async function openPoint(
  place: Place,
  { startUnixMs, function: name, sandbox }: PointsEntry,
): Promise<void> {
  const { invocations } = await get<InvocationsAnswer>(
    urlOf('invocations', {
      function: name,
      sandbox,
      from: new Date(Math.floor(startUnixMs) - 1).toISOString(),
      to: new Date(Math.ceil(startUnixMs) + 1).toISOString(),
      limit: 10,
    }),
  );
  const nearest = invocations.toSorted(
    (a, b) =>
      Math.abs(Number(a.startUnixNano) / 1e6 - startUnixMs) -
      Math.abs(Number(b.startUnixNano) / 1e6 - startUnixMs),
  )[0];
  if (nearest?.traceId === undefined) return;
  const there = onPage(place, 'trace', nearest.traceId);
  if (nearest.spanId !== undefined) there.query.set('span', nearest.spanId);
  go(there);
}
