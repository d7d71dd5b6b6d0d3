import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { ReuseAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { setPaused, useLiveState } from '../api/live.ts';
import { useAnswer } from '../api/use-answer.ts';
import { deploymentKey, go, readDeployment, usePlace, withQuery } from '../location.ts';
import type { Deployment } from '../location.ts';
import { boundsOf, fixed, RELATIVE, rangeWords, readRange } from '../range.ts';
import { placeWords } from '../verdicts.ts';
import { day, duration } from '../words.ts';
import { step } from './keys.ts';
import { Search } from './search.tsx';

/** The top bar: scope, range, and whether it is live. */
export function Bar(): ReactNode {
  const place = usePlace();
  const range = readRange(place.query);
  const utc = place.query.get('tz') === 'utc';
  return (
    <header className="bar">
      <Scope />
      <Search />
      <span className="push" />
      <button
        type="button"
        className="control square step"
        aria-label="Back in time"
        onClick={() => step(place, -1)}
      >
        ‹
      </button>
      <RangeMenu />
      <button
        type="button"
        className="control square step"
        aria-label="Forth in time"
        disabled={range.isLive}
        onClick={() => step(place, 1)}
      >
        ›
      </button>
      <button
        type="button"
        className="control zone"
        title={`Times are ${utc ? 'in UTC' : 'local'}: switch`}
        onClick={() => go(withQuery(place, { tz: utc ? undefined : 'utc' }), true)}
      >
        {utc ? 'UTC' : 'Local'}
      </button>
      <Live isLive={range.isLive} />
    </header>
  );
}

/** On paper, in place of the bar: of what and of when these pictures are. */
export function PaperHead(): ReactNode {
  const place = usePlace();
  const utc = place.query.get('tz') === 'utc';
  const [from, to] = boundsOf(readRange(place.query), Date.now());
  return (
    <p className="paper-head">
      <b>Sandscope</b> <bdi>{place.scope.function ?? 'all functions'}</bdi>, {day(from, utc)} to{' '}
      {day(to, utc)}
      {utc && ' UTC'}
    </p>
  );
}

/** All functions, or one deployment. */
function Scope(): ReactNode {
  const place = usePlace();
  const range = readRange(place.query);
  const { data } = useAnswer<ReuseAnswer>(
    urlOf('reuse', { from: range.from, ...(!range.isLive && { to: range.to }) }),
    false,
  );
  const options = data?.functions ?? [];
  const chosen = place.scope.function === undefined ? '' : deploymentKey(place.scope);
  const keyOf = ({ function: name, deployment: { accountId, ...rest } }: (typeof options)[number]): string =>
    deploymentKey({ function: name, ...rest, ...(accountId !== undefined && { account: accountId }) });
  const keys = options.map(keyOf);
  return (
    <label className="scope">
      <span className="visually-hidden">Function</span>
      <select
        className="control"
        value={chosen}
        onChange={({ target: { value } }) => {
          const scope: Deployment = value === '' ? {} : readDeployment(value);
          go({
            ...place,
            scope,
            page: place.page === 'overview' && value !== '' ? 'function' : place.page,
          });
        }}
      >
        <option value="">All functions{data ? ` (${options.length})` : ''}</option>
        {chosen !== '' && !keys.includes(chosen) && <option value={chosen}>{place.scope.function}</option>}
        {options.map((option, index) => (
          <option key={keys[index]} value={keys[index]}>
            {option.function} · {placeWords(option.deployment)}
          </option>
        ))}
      </select>
    </label>
  );
}

const localText = (millis: number, utc: boolean): string => {
  const shift = utc ? 0 : new Date(millis).getTimezoneOffset() * 60_000;
  return new Date(millis - shift).toISOString().slice(0, 19);
};

function RangeMenu(): ReactNode {
  const place = usePlace();
  const menu = useRef<HTMLDetailsElement>(null);
  const range = readRange(place.query);
  const utc = place.query.get('tz') === 'utc';
  const [from, to] = boundsOf(range, Date.now());
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  useCloseOutside(menu);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const at = (name: string): number => {
      const text = form.get(name);
      return typeof text === 'string' ? Date.parse(`${text}${utc ? 'Z' : ''}`) : NaN;
    };
    const [start, end] = [at('from'), at('to')];
    if (!(start < end)) return;
    go(withQuery(place, fixed(start, end)));
    close();
  };
  return (
    <details className="menu" ref={menu}>
      <summary className="control">
        <span className="visually-hidden">Range: </span>
        <b>
          {range.isLive && <span className="range-last">Last </span>}
          {rangeWords(range).replace('Last ', '')}
        </b>
        <span className="dim range-dates">
          {day(from, utc)} → {range.isLive ? 'now' : day(to, utc)}
        </span>
        <span aria-hidden="true">▾</span>
      </summary>
      <div className="sheet">
        {RELATIVE.map((relative) => (
          <button
            key={relative}
            type="button"
            className="row"
            aria-pressed={range.isLive && range.from === relative}
            onClick={() => {
              go(withQuery(place, { from: relative, to: undefined }));
              close();
            }}
          >
            {rangeWords({ from: relative, to: 'now', isLive: true })}
          </button>
        ))}
        <form onSubmit={submit} key={`${from} ${utc}`}>
          <label>
            From
            <input
              className="control"
              type="datetime-local"
              name="from"
              step="1"
              required
              defaultValue={localText(from, utc)}
            />
          </label>
          <label>
            To
            <input
              className="control"
              type="datetime-local"
              name="to"
              step="1"
              required
              defaultValue={localText(to, utc)}
            />
          </label>
          <button type="submit" className="control primary">
            Show this range
          </button>
        </form>
      </div>
    </details>
  );
}

/** An open sheet closes when the focus or the pointer goes elsewhere. */
function useCloseOutside(menu: { readonly current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: Event): void => {
      if (menu.current?.open && event.target instanceof Node && !menu.current.contains(event.target))
        menu.current.open = false;
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && menu.current) menu.current.open = false;
    };
    addEventListener('pointerdown', close);
    addEventListener('focusin', close);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('focusin', close);
      removeEventListener('keydown', escape);
    };
  }, [menu]);
}

function Live({ isLive }: { readonly isLive: boolean }): ReactNode {
  const { isPaused, lastNewsMillis, failedSinceMillis } = useLiveState();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const ago =
    lastNewsMillis === undefined ? undefined : Math.max(0, Math.round((now - lastNewsMillis) / 1000) * 1000);
  const words =
    failedSinceMillis !== undefined
      ? `No answer for ${duration(Math.max(1, Math.round((now - failedSinceMillis) / 1000)) * 1000).replace('.00', '')}`
      : !isLive
        ? 'Fixed range'
        : isPaused
          ? 'Paused'
          : ago === undefined
            ? 'Live'
            : `Live, ${ago < 2000 ? 'now' : `${ago < 60_000 ? `${ago / 1000}\u00A0s` : duration(ago)} ago`}`;
  const state = failedSinceMillis !== undefined ? 'is-bad' : !isLive || isPaused ? 'is-off' : '';
  return (
    <>
      <span className={`live ${state}`}>
        <i />
        <span>{words}</span>
      </span>
      <button type="button" className="control" disabled={!isLive} onClick={() => setPaused(!isPaused)}>
        <span aria-hidden="true">{isPaused ? '▶' : '❚❚'}</span>
        <span className="pause-word">{isPaused ? 'Go on' : 'Pause'}</span>
        <kbd className="p-key" aria-hidden="true">
          p
        </kbd>
      </button>
    </>
  );
}
