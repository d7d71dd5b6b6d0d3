import { go, usePlace, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { fixed, readRange } from '../range.ts';
import type { TimeRange } from '../range.ts';

export interface ScopeHere {
  readonly place: Place;
  readonly range: TimeRange;
  readonly utc: boolean;
  /** In the API's format: range and filters. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Shows a part of the range; Back undoes it. */
  readonly zoom: (fromMs: number, toMs: number) => void;
  readonly zoomOut: () => void;
}

/** The scope of the page, from its URL. */
export function useScope(): ScopeHere {
  const place = usePlace();
  const range = readRange(place.query);
  const { function: name, region } = place.scope;
  const version = place.query.get('version') ?? undefined;
  return {
    place,
    range,
    utc: place.query.get('tz') === 'utc',
    query: { from: range.from, ...(range.isLive ? {} : { to: range.to }), function: name, region, version },
    zoom: (fromMs, toMs) => go(withQuery(place, fixed(Math.floor(fromMs), Math.ceil(toMs)))),
    zoomOut: () => history.back(),
  };
}
