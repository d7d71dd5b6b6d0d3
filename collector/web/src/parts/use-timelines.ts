import { useEffect, useState } from 'react';
import type { TimelineAnswer } from '../api/answers.ts';
import { get, urlOf } from '../api/client.ts';
import type { Row } from './function-rows.ts';

export interface Timelines {
  readonly of: ReadonlyMap<string, TimelineAnswer>;
  /** They are still being loaded for the first time. */
  readonly isLoading: boolean;
}

/** Sparklines of the visible rows, loaded a few at a time; reloaded every half minute while live. */
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
    if (!isLive) return undefined;
    const timer = setInterval(() => !document.hidden && setRound((before) => before + 1), 30_000);
    return () => clearInterval(timer);
  }, [isLive]);
  useEffect(() => {
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      for (const name of names) {
        const timeline = await get<TimelineAnswer>(
          urlOf('timeline', { ...query, function: name, buckets: 48 }),
          abort.signal,
        ).catch(() => undefined);
        if (abort.signal.aborted) return;
        if (timeline) setFound((before) => new Map(before).set(name, timeline));
      }
      setLoaded(key);
    };
    void load();
    return () => abort.abort();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is of all of it
  }, [key, round]);
  return { of: found, isLoading: loaded !== key };
}
