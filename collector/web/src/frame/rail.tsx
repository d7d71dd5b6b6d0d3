import { useEffect, useState } from 'react';
import type { MouseEvent, ReactNode } from 'react';
import { get, urlOf } from '../api/client.ts';
import type { Status } from '../api/answers.ts';
import { useTick } from '../api/live.ts';
import { addressOf, go, onPage, usePlace } from '../location.ts';
import type { PageName, Place } from '../location.ts';
import mark from '../mark.svg';
import { toggleTheme } from '../theme.ts';
import { clock, count } from '../words.ts';
import { openHelp } from './help.tsx';

interface Entry {
  readonly page: PageName;
  readonly words: string;
}

const GROUPS: readonly { readonly title?: string; readonly entries: readonly Entry[] }[] = [
  {
    entries: [
      { page: 'overview', words: 'Overview' },
      { page: 'traces', words: 'Traces' },
    ],
  },
  {
    title: 'Cold starts',
    entries: [
      { page: 'cold-starts', words: 'Cold starts' },
      { page: 'keep-warm', words: 'Eviction & keep-warm' },
    ],
  },
  {
    title: 'Servers',
    entries: [
      { page: 'sandboxes', words: 'Sandboxes' },
      { page: 'hosts', words: 'Hosts' },
    ],
  },
];

/** Where a page without a place of its own belongs. */
const PARENT: Partial<Record<PageName, PageName>> = { trace: 'traces', sandbox: 'sandboxes' };

/** A link within the page: the address is real, the page stays. */
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
  const isHere = (PARENT[here.page] ?? here.page) === place.page && place.id === undefined;
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

export function Brand(): ReactNode {
  const place = usePlace();
  return (
    <To place={{ ...onPage(place, 'overview'), scope: {} }} className="brand">
      <img src={mark} alt="" />
      Sandscope
    </To>
  );
}

/** The pages, by what they are about. */
export function Rail(): ReactNode {
  const place = usePlace();
  return (
    <nav className="rail" aria-label="Pages">
      {GROUPS.map(({ title, entries }) => (
        <div key={title ?? ''}>
          {title !== undefined && <h2>{title}</h2>}
          <ul>
            {entries.map(({ page, words }) => (
              <li key={page}>
                <To place={onPage(place, page)}>{words}</To>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className="foot">
        <Backlog />
        <div className="acts">
          <button type="button" className="link plain" onClick={openHelp}>
            <kbd>?</kbd> keys
          </button>
          <button type="button" className="link plain" onClick={toggleTheme}>
            ◐ theme
          </button>
          <a className="plain" href="/docs/">
            API
          </a>
        </div>
      </div>
    </nav>
  );
}

/** Whether everything that was received can be seen already. */
function Backlog(): ReactNode {
  const tick = useTick(true);
  const [status, setStatus] = useState<{ status: Status; atMillis: number } | undefined>();
  const place = usePlace();
  useEffect(() => {
    const abort = new AbortController();
    get<Status>(urlOf('status'), abort.signal).then(
      (found) => setStatus({ status: found, atMillis: Date.now() }),
      () => undefined,
    );
    return () => abort.abort();
  }, [tick]);
  if (!status) return null;
  const { ready, engine, inbox } = status.status;
  if (!ready) return <div>Engine {engine.state}</div>;
  const completeToMillis = status.atMillis - (inbox.oldestAgeMs ?? 0);
  return (
    <>
      <div>Complete to {clock(completeToMillis, place.query.get('tz') === 'utc')}</div>
      <div>{count(inbox.pendingRequests)} requests waiting</div>
    </>
  );
}

const TABS: readonly Entry[] = [
  { page: 'overview', words: 'Functions' },
  { page: 'cold-starts', words: 'Cold' },
  { page: 'keep-warm', words: 'Warm' },
  { page: 'sandboxes', words: 'Sandboxes' },
  { page: 'hosts', words: 'Hosts' },
  { page: 'traces', words: 'Traces' },
];

/** The pages on a small screen. */
export function TabBar(): ReactNode {
  const place = usePlace();
  return (
    <nav className="tabbar" aria-label="Pages">
      {TABS.map(({ page, words }) => (
        <To key={page} place={onPage(place, page)}>
          {words}
        </To>
      ))}
    </nav>
  );
}
