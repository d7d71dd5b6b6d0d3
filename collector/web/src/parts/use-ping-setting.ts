import { useState } from 'react';
import { go, usePlace, withQuery } from '../location.ts';

/** What the user chose in the calculator; absent values are the advised ones. */
export interface PingSetting {
  readonly intervalMs: number | undefined;
  /** Sandboxes to hold. */
  readonly hold: number;
  /** Name of a price plan. */
  readonly plan: string | undefined;
  /** Parameters of the question. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Follows the slider. */
  readonly drag: (intervalMs: number) => void;
  /** The slider is let go: its interval goes into the URL. */
  readonly release: () => unknown;
  readonly keep: (changes: { ping?: number | undefined; hold?: number; plan?: string | undefined }) => void;
}

/** The setting of the calculator, from the URL. */
export function usePingSetting(): PingSetting {
  const place = usePlace();
  const [dragged, setDragged] = useState<number | undefined>();
  const number = (key: string): number | undefined => {
    const value = Number(place.query.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const hold = Math.min(1000, number('hold') ?? 1);
  const plan = place.query.get('plan') ?? undefined;
  const keep: PingSetting['keep'] = (changes) => {
    setDragged(undefined);
    const texts = Object.entries(changes).map(([key, value]) => [
      key,
      value === undefined ? undefined : String(value),
    ]);
    go(withQuery(place, Object.fromEntries(texts) as Record<string, string | undefined>), true);
  };
  return {
    intervalMs: dragged ?? number('ping'),
    hold,
    plan,
    query: { hold: hold === 1 ? undefined : String(hold), plan },
    drag: setDragged,
    release: () => dragged !== undefined && keep({ ping: dragged }),
    keep,
  };
}
