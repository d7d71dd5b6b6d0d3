import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Answer } from '../api/use-answer.ts';
import { go, usePlace, withQuery } from '../location.ts';
import { clock, duration } from '../words.ts';
import { withCode } from './code.tsx';

/** Delay before a waiting state is shown. */
const PATIENCE_MILLIS = 300;

/** The picture, or its replacement while the data load or are unavailable. */
export function StateOf({
  answer,
  children,
}: {
  readonly answer: Answer<unknown>;
  readonly children: ReactNode;
}): ReactNode {
  if (answer.error && answer.data === undefined) return <Failed answer={answer} />;
  if (answer.data === undefined) return <Waiting />;
  return (
    <>
      {answer.error && <Stale answer={answer} />}
      {children}
    </>
  );
}

const HEIGHTS = Array.from(
  { length: 48 },
  (_, index) => 55 + 22 * Math.sin(index / 3.1) + 14 * Math.sin(index / 1.3),
);

function Waiting(): ReactNode {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MILLIS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="state" aria-busy="true">
      {isLong && (
        <div className="wait" aria-hidden="true">
          {HEIGHTS.map((height, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- they are all alike
            <i key={index} style={{ height: `${height}%` }} />
          ))}
        </div>
      )}
    </div>
  );
}

function Failed({ answer: { error, retry } }: { readonly answer: Answer<unknown> }): ReactNode {
  const place = usePlace();
  const isTooMuch = error?.code === 'ERR_QUERY_LIMIT' || error?.code === 'ERR_STORE_TIMEOUT';
  return (
    <div className="state" role="alert">
      <b>
        <bdi>{error?.message}</bdi>
      </b>
      <div className="acts-row">
        <code>{error?.code}</code>
        {isTooMuch && (
          <button
            type="button"
            className="link"
            onClick={() => go(withQuery(place, { from: '-1h', to: undefined }))}
          >
            A shorter range: 1 h
          </button>
        )}
        <button type="button" className="link" onClick={retry}>
          Again
        </button>
      </div>
    </div>
  );
}

function Stale({ answer: { error, atMillis, retry } }: { readonly answer: Answer<unknown> }): ReactNode {
  const place = usePlace();
  const utc = place.query.get('tz') === 'utc';
  if (atMillis === undefined) return null;
  return (
    <p className="notice" role="status">
      No new data since {clock(atMillis, utc)} ({duration(Math.max(1000, Date.now() - atMillis))} ago):{' '}
      <bdi>{error?.message}</bdi>{' '}
      <button type="button" className="link" onClick={retry}>
        Try now
      </button>
    </p>
  );
}

/** Shown for missing data: how much of the needed data exists, and what is known already. */
export function NotEnough({
  what,
  have,
  need,
  of,
  said,
}: {
  readonly what: string;
  readonly have: number;
  readonly need: number;
  readonly of: string;
  readonly said?: string | undefined;
}): ReactNode {
  return (
    <div className="state">
      <b>{what}</b>
      <div
        className="meter"
        role="meter"
        aria-label={of}
        aria-valuemin={0}
        aria-valuemax={need}
        aria-valuenow={Math.min(have, need)}
      >
        <i style={{ width: `${Math.min(100, (100 * have) / need)}%` }} />
      </div>
      <span>
        {Math.floor(have)} of {need} {of}
      </span>
      {said !== undefined && <span>What can be said: {said}</span>}
    </div>
  );
}

/** Shown if something cannot be known here: why, and what would make it known. */
export function NotKnowable({ why, then }: { readonly why: string; readonly then: string }): ReactNode {
  return (
    <div className="state">
      <b>{withCode(why)}</b>
      <span>{withCode(then)}</span>
    </div>
  );
}
