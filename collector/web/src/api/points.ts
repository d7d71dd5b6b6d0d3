import type { PointsAnswer, PointsEntry, SandboxesAnswer } from './answers.ts';
import { get, urlOf } from './client.ts';
import type { Answer } from './use-answer.ts';
import { useAnswer } from './use-answer.ts';

/** Spans may arrive this much later than newer ones. */
const LATE_MILLIS = 30_000;

const keyOf = ({ startUnixMs, durationMs, sandbox }: PointsEntry): string =>
  `${startUnixMs} ${durationMs} ${sandbox ?? ''}`;

/**
 * Continues from the existing points: requests only new ones and drops those before the range.
 *
 * @param url of the whole request, with a range that is relative to now
 */
export async function loadPoints(
  url: string,
  before: PointsAnswer | undefined,
  signal: AbortSignal,
): Promise<PointsAnswer> {
  if (before === undefined || before.warmEvery > 1 || before.truncated) return get<PointsAnswer>(url, signal);
  const address = new URL(url, location.href);
  const lengthMillis = Date.parse(before.to) - Date.parse(before.from);
  const fromMs = Math.max(Date.parse(before.from), Date.parse(before.to) - LATE_MILLIS);
  address.searchParams.set('from', new Date(fromMs).toISOString());
  const news = await get<PointsAnswer>(address.pathname + address.search, signal);
  const startMs = Date.parse(news.to) - lengthMillis;
  const points = new Map<string, PointsEntry>();
  for (const point of [...before.points, ...news.points])
    if (point.startUnixMs >= startMs) points.set(keyOf(point), point);
  const sorted = [...points.values()].sort((a, b) => a.startUnixMs - b.startUnixMs);
  return { ...news, from: new Date(startMs).toISOString(), invocations: sorted.length, points: sorted };
}

/** Every cold and every failed call of a range, and a sample of the rest. */
export const usePoints = (
  query: Readonly<Record<string, string | undefined>>,
  isLive: boolean,
): Answer<PointsAnswer> =>
  useAnswer<PointsAnswer>(urlOf('points', { ...query, most: 8000 }), isLive, loadPoints);

const NEWEST = 60;
const MOST_SANDBOXES = 5000;
const PAGE = 1000;

/** All sandboxes of a range; while it is live, those used lately are requested again. */
async function loadSandboxes(
  url: string,
  before: SandboxesAnswer | undefined,
  signal: AbortSignal,
): Promise<SandboxesAnswer> {
  if (before === undefined) {
    let page = await get<SandboxesAnswer>(`${url}&limit=${PAGE}`, signal);
    const all = [...page.sandboxes];
    while (page.nextCursor !== undefined && all.length < MOST_SANDBOXES) {
      page = await get<SandboxesAnswer>(
        `${url}&limit=${PAGE}&cursor=${encodeURIComponent(page.nextCursor)}`,
        signal,
      );
      all.push(...page.sandboxes);
    }
    return { ...page, sandboxes: all };
  }
  const news = await get<SandboxesAnswer>(`${url}&limit=${NEWEST}`, signal);
  const fromMs = Date.parse(news.from);
  const merged = new Map(before.sandboxes.map((sandbox) => [`${sandbox.function} ${sandbox.id}`, sandbox]));
  for (const sandbox of news.sandboxes) merged.set(`${sandbox.function} ${sandbox.id}`, sandbox);
  const sandboxes = [...merged.values()].filter(({ lastSeen }) => Date.parse(lastSeen) >= fromMs);
  return { ...news, truncated: before.truncated && sandboxes.length >= MOST_SANDBOXES, sandboxes };
}

export const useSandboxes = (
  query: Readonly<Record<string, string | undefined>>,
  isLive: boolean,
): Answer<SandboxesAnswer> => useAnswer<SandboxesAnswer>(urlOf('sandboxes', query), isLive, loadSandboxes);
