import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { PAGES } from '../../../src/web/page-list.ts';
import { get, urlOf } from '../api/client.ts';
import type { Status } from '../api/answers.ts';
import { useTick } from '../api/live.ts';
import { onPage, usePlace } from '../location.ts';
import mark from '../mark.svg';
import { toggleTheme } from '../theme.ts';
import { clock, counted } from '../words.ts';
import { openHelp } from './help.tsx';
import { To } from './to.tsx';

const GROUPS = [...new Set(PAGES.flatMap(({ group }) => (group === undefined ? [] : [group])))].map(
  (title) => ({ title, entries: PAGES.filter(({ group }) => group === title) }),
);

export function Brand(): ReactNode {
  const place = usePlace();
  return (
    <To place={{ ...onPage(place, 'overview'), scope: {} }} className="brand">
      <img src={mark} alt="" />
      Sandscope
    </To>
  );
}

/** The pages, grouped by topic. */
export function Rail(): ReactNode {
  const place = usePlace();
  return (
    <nav className="rail" aria-label="Pages">
      {GROUPS.map(({ title, entries }) => (
        <div key={title}>
          {title !== '' && <h2>{title}</h2>}
          <ul>
            {entries.map(({ name, words }) => (
              <li key={name}>
                <To place={onPage(place, name)}>{words}</To>
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

/** With an older request than this in the inbox, the page lags behind: its state is then asked for at each tick. */
const LAG_MILLIS = 10_000;
/** Otherwise at every n-th tick: at each tick it was half of the requests of an idle page. */
const CALM_TICKS = 8;

/** Whether everything received is already visible. */
function Backlog(): ReactNode {
  const tick = useTick(true);
  const [status, setStatus] = useState<{ status: Status; atMillis: number } | undefined>();
  const asked = useRef(-CALM_TICKS);
  const place = usePlace();
  const isCalm = status?.status.ready === true && (status.status.inbox.oldestAgeMs ?? 0) < LAG_MILLIS;
  const calm = useRef(isCalm);
  calm.current = isCalm;
  useEffect(() => {
    if (calm.current && tick - asked.current < CALM_TICKS) return undefined;
    asked.current = tick;
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
      <div>{counted(inbox.pendingRequests, 'request')} waiting</div>
    </>
  );
}

/** The pages on a small screen: a few, and the rest under “More”. */
export function TabBar(): ReactNode {
  const place = usePlace();
  const more = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (more.current) more.current.open = false;
  }, [place]);
  return (
    <nav className="tabbar" aria-label="Pages">
      {PAGES.map(
        ({ name, tab }) =>
          tab !== undefined && (
            <To key={name} place={onPage(place, name)}>
              {tab}
            </To>
          ),
      )}
      <details className="menu" ref={more}>
        <summary>More</summary>
        <div className="sheet">
          {PAGES.map(
            ({ name, words, tab, group }) =>
              tab === undefined &&
              group !== undefined && (
                <To key={name} place={onPage(place, name)}>
                  {words}
                </To>
              ),
          )}
        </div>
      </details>
    </nav>
  );
}
