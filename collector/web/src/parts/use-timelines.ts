import { useEffect, useState } from 'react';
import type { TimelineAnswer } from '../api/answers.ts';
import { get, urlOf } from '../api/client.ts';
import { beginsLate, fittedTimeline } from '../api/timeline.ts';
import type { Row } from './function-rows.ts';

const AGAIN_MILLIS = 30_000;

export interface Timelines {
  readonly of: ReadonlyMap<string, TimelineAnswer>;
  /** They are still being loaded for the first time. */
  readonly isLoading: boolean;
}

/** Sparklines of the visible rows, loaded a few at a time; reloaded half a minute later while live. */
export function useTimelines(
  rows: readonly Row[],
  query: Readonly<Record<string, string | undefined>>,
  isLive: boolean,
): Timelines {
  const names = rows.slice(0, 40).map(({ summary }) => summary.function);
  const key = `${JSON.stringify(query)} ${names.toSorted().join('\n')}`;
  const [found, setFound] = useState<ReadonlyMap<string, TimelineAnswer>>(new Map());
  const [round, setRound] = useState(0);
  const [loaded, setLoaded] = useState<string | undefined>();
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Counted from the end of a round: a slow collector would otherwise never finish one.
    const again = (): void => {
      timer = setTimeout(() => (document.hidden ? again() : setRound((before) => before + 1)), AGAIN_MILLIS);
    };
    const ask = (url: string): Promise<TimelineAnswer> => get<TimelineAnswer>(url, abort.signal);
    const load = async (): Promise<void> => {
      // All begin at one moment, where the first data are, so that they can be compared.
      const url = urlOf('timeline', { ...query, buckets: 48 });
      const all =
        names.length === 0 ? undefined : await fittedTimeline(url, undefined, ask).catch(() => undefined);
      const since = all && beginsLate(url, all) ? { from: all.from } : {};
      for (const name of names) {
        const timeline = await ask(
          urlOf('timeline', { ...query, ...since, function: name, buckets: 48 }),
        ).catch(() => undefined);
        if (abort.signal.aborted) return;
        if (timeline) setFound((before) => new Map(before).set(name, timeline));
      }
      setLoaded(key);
      if (isLive) again();
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is of all of it
  }, [key, round, isLive]);
  return { of: found, isLoading: loaded !== key };
}
