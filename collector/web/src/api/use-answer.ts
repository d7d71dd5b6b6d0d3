import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, getShared } from './client.ts';
import { noteNews, useTick } from './live.ts';

/** An answer, or what there is in its place. */
export interface Answer<T> {
  readonly data: T | undefined;
  /** The data are those of another question, asked before: they stay until the new ones come. */
  readonly isOld: boolean;
  readonly error: ApiError | undefined;
  readonly atMillis: number | undefined;
  readonly url: string | undefined;
  readonly retry: () => void;
}

interface Kept<T> {
  readonly url: string | undefined;
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly atMillis: number | undefined;
}

/** How many times as long as an answer took is waited before it is asked for again. */
const REST = 4;
const AGAIN_MILLIS = 3000;

const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, 'ERR_UNREACHABLE', String(error));

/**
 * The answer to a question, asked again while it is live.
 *
 * @param url undefined where there is nothing to ask yet
 * @param load default one GET; may go on from what is there
 */
export function useAnswer<T>(
  url: string | undefined,
  isLive: boolean,
  load: (url: string, before: T | undefined, signal: AbortSignal) => Promise<T> = (at) => getShared<T>(at),
): Answer<T> {
  const tick = useTick(isLive);
  const [asked, setAsked] = useState(0);
  const [kept, setKept] = useState<Kept<T>>({
    url: undefined,
    data: undefined,
    error: undefined,
    atMillis: undefined,
  });
  const before = useRef<Kept<T>>(kept);
  const running = useRef<{ url: string; abort: AbortController } | undefined>(undefined);
  const took = useRef({ atMillis: 0, millis: 0 });
  const lastAsked = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    if (url === undefined) return;
    if (running.current?.url === url) return; // a beat that comes before the answer waits for it
    const isBeat =
      asked === lastAsked.current && before.current.url === url && before.current.error === undefined;
    // What takes long is asked less often, so that whoever looks does not keep the collector busy.
    if (isBeat && Date.now() - took.current.atMillis < REST * took.current.millis) return;
    lastAsked.current = asked;
    const startMillis = Date.now();
    running.current?.abort.abort();
    const abort = new AbortController();
    running.current = { url, abort };
    const settle = (next: Kept<T>): void => {
      if (abort.signal.aborted) return;
      took.current = { atMillis: Date.now(), millis: Date.now() - startMillis };
      before.current = next;
      setKept(next);
      running.current = undefined;
    };
    const last = before.current.url === url ? before.current.data : undefined;
    loader.current(url, last, abort.signal).then(
      (data) => {
        noteNews(true);
        settle({ url, data, error: undefined, atMillis: Date.now() });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const failure = toApiError(error);
        if (failure.status === 0 || failure.status >= 500) noteNews(false);
        settle({ ...before.current, url, error: failure });
      },
    );
  }, [url, tick, asked]);
  useEffect(
    () => () => {
      running.current?.abort.abort();
      running.current = undefined;
    },
    [],
  );

  // What failed for a reason that passes is asked again by itself.
  useEffect(() => {
    if (kept.error === undefined || !(kept.error.status === 0 || kept.error.status >= 500)) return undefined;
    const timer = setTimeout(() => setAsked((times) => times + 1), AGAIN_MILLIS);
    return () => clearTimeout(timer);
  }, [kept]);

  const retry = useCallback(() => setAsked((times) => times + 1), []);
  return { ...kept, isOld: kept.url !== url, url, retry };
}
