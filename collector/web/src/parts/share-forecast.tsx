import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { packForecast } from '../../../src/share/forecast.ts';
import type { Forecast, ForecastSize } from '../../../src/share/forecast.ts';
import type { MemoryEntry } from '../api/answers.ts';

/** The forecast without its function; undefined if there is none. */
export function forecastOf({ sizes, fromMb, basis, plan }: MemoryEntry, now: Date): Forecast | undefined {
  const told = sizes.flatMap(
    ({ memoryMb, meanMs: { value, low, high }, perMillion, fits }): ForecastSize[] =>
      value === undefined || fits === false
        ? []
        : [[memoryMb, value, low ?? value, high ?? value, perMillion ?? null]],
  );
  if (told.length === 0) return undefined;
  return {
    day: now.toISOString().slice(0, 10),
    calls: basis.n,
    ...(fromMb !== undefined && { fromMb }),
    ...(plan && { currency: plan.currency }),
    sizes: told,
  };
}

/** A link with the numbers in it: it opens without a collector, and uploads nothing. */
export function ShareForecast({ entry }: { readonly entry: MemoryEntry }): ReactNode {
  const [link, setLink] = useState<string | undefined>();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    setIsCopied(false);
    const forecast = forecastOf(entry, new Date());
    if (forecast)
      void packForecast(forecast).then(
        (fragment) => isCurrent && setLink(`${location.origin}/viewer#${fragment}`),
      );
    return () => {
      isCurrent = false;
    };
  }, [entry]);
  if (link === undefined) return null;
  return (
    <section className="card share" aria-labelledby="share-question">
      <p className="question" id="share-question">
        Share this result
      </p>
      <input
        className="control mono"
        readOnly
        aria-label="Link to this result"
        value={link}
        onFocus={({ target }) => target.select()}
      />
      <button
        type="button"
        className="control"
        onClick={() =>
          // Without https, browsers offer no clipboard: the field can still be copied by hand.
          void navigator.clipboard?.writeText(link).then(
            () => setIsCopied(true),
            () => undefined,
          )
        }
      >
        {isCopied ? 'Copied' : 'Copy link'}
      </button>
      <p className="note">
        The numbers are in the link itself: it opens without a collector, and uploads nothing. It names no
        function, account or place.
      </p>
    </section>
  );
}
