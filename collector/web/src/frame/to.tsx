import type { MouseEvent, ReactNode } from 'react';
import { PAGES } from '../../../src/web/page-list.ts';
import { addressOf, go, usePlace } from '../location.ts';
import type { Place } from '../location.ts';

/** A link within the page: it has a real URL, but does not reload the page. */
export function To({
  place,
  className,
  label,
  children,
}: {
  readonly place: Place;
  readonly className?: string;
  readonly label?: string;
  readonly children: ReactNode;
}): ReactNode {
  const here = usePlace();
  const isHere =
    (PAGES.find(({ name }) => name === here.page)?.parent ?? here.page) === place.page &&
    place.id === undefined;
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(place);
  };
  return (
    <a
      className={className}
      href={addressOf(place)}
      onClick={follow}
      aria-label={label}
      aria-current={className === undefined && isHere ? 'page' : undefined}
    >
      {children}
    </a>
  );
}
