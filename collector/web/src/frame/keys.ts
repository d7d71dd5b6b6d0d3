import { useEffect } from 'react';
import { PAGES } from '../../../src/web/page-list.ts';
import { isPausedNow, setPaused } from '../api/live.ts';
import { go, onPage, usePlace, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { readRange, shifted, zoomed } from '../range.ts';

const STORED_AS = 'sandscope.keys';

export const areKeysOn = (): boolean => localStorage.getItem(STORED_AS) !== 'off';

export function setKeysOn(isOn: boolean): void {
  if (isOn) localStorage.removeItem(STORED_AS);
  else localStorage.setItem(STORED_AS, 'off');
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** Moves the range of a place. */
export function step(place: Place, direction: -1 | 1): void {
  go(withQuery(place, shifted(readRange(place.query), direction, Date.now())));
}

/** Keys that work anywhere on the page, except while the user types. */
export function useKeys(): void {
  const place = usePlace();
  useEffect(() => {
    let wasG = false;
    const act = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !areKeysOn()) return;
      if (document.querySelector('dialog[open]')) return;
      const { key } = event;
      const page = PAGES.find(({ letter }) => letter === key)?.name;
      if (wasG && page !== undefined) {
        wasG = false;
        event.preventDefault();
        go(onPage(place, page));
        return;
      }
      wasG = key === 'g';
      const acts: Readonly<Record<string, () => void>> = {
        '/': () => document.getElementById('search')?.focus(),
        '?': () => (document.getElementById('help') as HTMLDialogElement | null)?.showModal(),
        p: () => setPaused(!isPausedNow()),
        '[': () => step(place, -1),
        ']': () => step(place, 1),
        '+': () => go(withQuery(place, zoomed(readRange(place.query), 0.5, Date.now()))),
        '-': () => go(withQuery(place, zoomed(readRange(place.query), 2, Date.now()))),
        t: () =>
          document.activeElement
            ?.closest('.card')
            ?.querySelector<HTMLButtonElement>('[data-key="t"]')
            ?.click(),
      };
      const found = acts[key];
      if (!found) return;
      event.preventDefault();
      found();
    };
    addEventListener('keydown', act);
    return () => removeEventListener('keydown', act);
  }, [place]);
}
