/**
 * Timelines begin where their data begins, so that the first minutes of a new collector fill the picture although the
 * range is a day.
 */
import { domainOf } from '../charts/domain.ts';
import { boundsOf, DEFAULT_FROM } from '../range.ts';
import type { TimelineAnswer } from './answers.ts';
import { getShared } from './client.ts';
import { useAnswer } from './use-answer.ts';
import type { Answer } from './use-answer.ts';

/** Each narrower request has at most a third of the buckets before it: from three months to a second are five. */
const MOST_STEPS = 5;

type Ask = (url: string) => Promise<TimelineAnswer>;

const callsOf = ({ cold, warm, unknown }: TimelineAnswer['buckets'][number]): number => cold + warm + unknown;

/** The same request from a later start. */
function startingAt(url: string, from: string): string {
  const [path, query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('from', from);
  return `${path}?${parameters}`;
}

/** Where the data begin, if that is long after the range does; undefined if the whole range is to be shown. */
export function laterStart({ from, to, buckets }: TimelineAnswer): string | undefined {
  const first = buckets.find((bucket) => callsOf(bucket) > 0);
  if (!first || first.start === from) return undefined;
  const range = [Date.parse(from), Date.parse(to)] as const;
  return domainOf(...range, Date.parse(first.start))[0] > range[0] ? first.start : undefined;
}

/** A timeline, and when its whole range was last looked at. */
export type FittedTimeline = TimelineAnswer & { readonly wholeAtMs: number };

/** Earlier data may still arrive, from an import, so the whole range is requested again after this time. */
const WHOLE_AGAIN_MILLIS = 60_000;

/**
 * A timeline without a long empty start.
 *
 * @param before its last answer: for a while, only the part from its start on is requested
 */
export async function fittedTimeline(
  url: string,
  before: FittedTimeline | undefined,
  ask: Ask = getShared,
  nowMs = Date.now(),
): Promise<FittedTimeline> {
  const isKnown = before !== undefined && nowMs - before.wholeAtMs < WHOLE_AGAIN_MILLIS;
  const wholeAtMs = isKnown ? before.wholeAtMs : nowMs;
  let answer = await ask(isKnown && beginsLate(url, before) ? startingAt(url, before.from) : url);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const later = laterStart(answer);
    if (later === undefined) break;
    answer = await ask(startingAt(url, later));
  }
  return { ...answer, wholeAtMs };
}

/** Whether an answer begins where its data begin, rather than where the range does. */
export function beginsLate(url: string, { from, to }: TimelineAnswer): boolean {
  const asked = new URLSearchParams(url.split('?')[1]).get('from') ?? DEFAULT_FROM;
  const [fromMs, toMs] = boundsOf({ from: asked, to: 'now' }, Date.parse(to));
  return Date.parse(from) - fromMs > 0.1 * (toMs - fromMs);
}

export const useTimeline = (url: string, isLive: boolean): Answer<FittedTimeline> =>
  useAnswer<FittedTimeline>(url, isLive, (at, before) => fittedTimeline(at, before));
