import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { FunctionsAnswer, HostsAnswer, SandboxAnswer } from '../api/answers.ts';
import { ApiError, get, urlOf } from '../api/client.ts';
import { go, onPage, usePlace, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { readRange } from '../range.ts';
import { shortId } from '../words.ts';
import { To } from './to.tsx';

interface Found {
  readonly words: string;
  readonly place: Place;
}

const SHORTEST = 4;

/** Finds functions by any part of their names; traces, sandboxes and hosts by the beginning of their ids. */
export function Search(): ReactNode {
  const place = usePlace();
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Found[] | undefined>();
  const [said, setSaid] = useState('');

  const look = async (): Promise<readonly Found[]> => {
    const wanted = text.trim();
    if (/^[0-9a-f]{32}$/i.test(wanted)) {
      const trace = await get(urlOf(`traces/${wanted.toLowerCase()}`)).then(
        () => true,
        () => false,
      );
      if (trace)
        return [{ words: `Trace ${shortId(wanted)}`, place: onPage(place, 'trace', wanted.toLowerCase()) }];
    }
    const { from, to } = readRange(place.query);
    const range = { from, to };
    const { functions } = await get<FunctionsAnswer>(urlOf('functions', range));
    const byName = functions
      .filter(({ function: name }) => name.toLowerCase().includes(wanted.toLowerCase()))
      .slice(0, 8)
      .map(({ function: name }) => ({
        words: `Function ${name}`,
        place: { ...onPage(place, 'function'), scope: { function: name } },
      }));
    if (wanted.length < SHORTEST) return byName;
    return [...byName, ...(await sandboxes(wanted)), ...(await hosts(wanted, range))];
  };

  const sandboxes = async (wanted: string): Promise<readonly Found[]> => {
    const { from, to } = readRange(place.query);
    const named = (id: string): Found => ({
      words: `Sandbox ${shortId(id)}`,
      place: onPage(place, 'sandbox', id),
    });
    try {
      return [
        named((await get<SandboxAnswer>(urlOf(`sandboxes/${encodeURIComponent(wanted)}`, { from, to }))).id),
      ];
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'ERR_AMBIGUOUS_ID') return [];
      return ((error.details['ids'] ?? []) as string[]).map(named);
    }
  };

  const hosts = async (wanted: string, range: { from: string; to: string }): Promise<readonly Found[]> => {
    const answer = await get<HostsAnswer>(urlOf('hosts', range));
    return answer.hosts
      .filter(({ id }) => id.startsWith(wanted))
      .slice(0, 8)
      .map(({ id }) => ({
        words: `Host ${shortId(id)}`,
        place: withQuery(onPage(place, 'hosts'), { host: id }),
      }));
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() === '') return;
    setSaid('Looking…');
    const results = await look().catch(() => []);
    setSaid(results.length === 0 ? 'Nothing in this range begins like that.' : `${results.length} found`);
    const [only] = results;
    if (only && results.length === 1) {
      setFound(undefined);
      setText('');
      go(only.place);
    } else setFound(results);
  };

  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === 'Escape' && setFound(undefined)}
    >
      <input
        id="search"
        className="control"
        type="search"
        placeholder="Find a function, sandbox, trace…"
        aria-label="Find a function, sandbox, host or trace; ids by their first four letters"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setFound(undefined);
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <span className="visually-hidden" role="status">
        {said}
      </span>
      {found && (
        <div className="said">
          {found.length === 0 && <p>{said}</p>}
          <ul onClick={() => setFound(undefined)}>
            {found.map(({ words, place: to }) => (
              <li key={words}>
                <To place={to} className="plain">
                  <bdi>{words}</bdi>
                </To>
              </li>
            ))}
          </ul>
        </div>
      )}
    </form>
  );
}
