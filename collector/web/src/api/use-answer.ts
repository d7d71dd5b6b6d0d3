import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, getShared } from './client.ts';
import { usePlace } from '../location.ts';
import { readRange } from '../range.ts';
import { noteNews, useTick } from './live.ts';
import type { Liveness } from './live.ts';

/** An answer, or the state of its request. */
export interface Answer<T> {
  readonly data: T | undefined;
  /** The data belong to an earlier request: they stay until the new ones arrive. */
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

/** The pause before the next request, as a multiple of the duration of the last one. */
const REST = 4;
const AGAIN_MILLIS = 3000;

const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, 'ERR_UNREACHABLE', String(error));

/**
 * The answer to a request, repeated while it is live.
 *
 * @param url undefined if there is nothing to request yet
 * @param load default one GET; may continue from the existing data
 */
export function useAnswer<T>(
  url: string | undefined,
  liveness: Liveness,
  load: (url: string, before: T | undefined, signal: AbortSignal) => Promise<T> = (at) => getShared<T>(at),
): Answer<T> {
  const tick = useTick(liveness);
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
    if (running.current?.url === url) return; // a refresh that is due before the answer waits for it
    const isBeat =
      asked === lastAsked.current && before.current.url === url && before.current.error === undefined;
    // A slow request is repeated less often, so that an open page does not keep the collector busy.
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

  // After a temporary failure, the request is repeated automatically.
  useEffect(() => {
    if (kept.error === undefined || !(kept.error.status === 0 || kept.error.status >= 500)) return undefined;
    const timer = setTimeout(() => setAsked((times) => times + 1), AGAIN_MILLIS);
    return () => clearTimeout(timer);
  }, [kept]);

  const retry = useCallback(() => setAsked((times) => times + 1), []);
  return { ...kept, isOld: kept.url !== url, url, retry };
}

/**
 * The answer to a question that is read rather than watched. Twice a minute while the page is live is enough. Without
 * it, somebody who opens the page in a collector's first minute would read “not known yet” until they leave it.
 */
export function useSlowAnswer<T>(url: string | undefined): Answer<T> {
  const { isLive } = readRange(usePlace().query);
  return useAnswer<T>(url, isLive && 'slow');
}
