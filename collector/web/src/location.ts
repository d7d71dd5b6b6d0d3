/** Everything that changes a picture is in the URL: the page, its subject, and the range. */
import { useSyncExternalStore } from 'react';
import { PAGES } from '../../src/web/page-list.ts';
import type { PageName } from '../../src/web/page-list.ts';

export type { PageName };

/** A deployment, or a part of its identity. */
export interface Deployment {
  readonly platform?: string;
  readonly account?: string;
  readonly region?: string;
  readonly function?: string;
}

export interface Place {
  readonly page: PageName;
  /** Id of the trace or the sandbox. */
  readonly id?: string;
  readonly scope: Deployment;
  readonly query: URLSearchParams;
}

/** Names of the pages about all functions or about one. */
const SCOPED = PAGES.filter(({ group, paths }) => group !== undefined && paths === undefined);

const encode = (part: string): string => encodeURIComponent(part).replaceAll('~', '%7E');

/** `{platform}~{account}~{region}~{name}`, each part percent-encoded; only the name if nothing else is known. */
export function deploymentKey({
  platform = '',
  account = '',
  region = '',
  function: name = '',
}: Deployment): string {
  if (platform === '' && account === '' && region === '') return encode(name);
  return [platform, account, region, name].map(encode).join('~');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The reverse; a name alone is a deployment in any place. */
export function readDeployment(key: string): Deployment {
  const parts = key.split('~').map(decode);
  const [platform = '', account = '', region = '', name = ''] =
    parts.length === 4 ? parts : ['', '', '', decode(key)];
  return {
    ...(platform !== '' && { platform }),
    ...(account !== '' && { account }),
    ...(region !== '' && { region }),
    ...(name !== '' && { function: name }),
  };
}

/** Parses a URL. */
export function readPlace(pathname: string, search: string): Place {
  const query = new URLSearchParams(search);
  const parts = pathname.split('/').filter((part) => part !== '');
  const scope = parts[0] === 'f' ? readDeployment(parts[1] ?? '') : {};
  const rest = parts[0] === 'f' ? parts.slice(2) : parts;
  const [page, id] = rest;
  if (page === 'trace' && id !== undefined) return { page: 'trace', id: decode(id), scope, query };
  if (page === 'sandboxes' && id !== undefined) return { page: 'sandbox', id: decode(id), scope, query };
  const known = SCOPED.find(({ name }) => name === page)?.name;
  return { page: known ?? (scope.function === undefined ? 'overview' : 'function'), scope, query };
}

/** The URL of a place. */
export function addressOf({ page, id, scope, query }: Place): string {
  const isScoped = scope.function !== undefined && page !== 'overview';
  const base = isScoped ? `/f/${deploymentKey(scope)}` : '';
  const tail =
    page === 'overview' || page === 'function'
      ? '/'
      : page === 'sandbox'
        ? `/sandboxes/${encodeURIComponent(id ?? '')}`
        : page === 'trace'
          ? `/trace/${encodeURIComponent(id ?? '')}`
          : `/${page}`;
  const text = query.toString();
  // The page of a function has no name of its own in the path.
  const path = isScoped && page === 'function' ? base : `${base}${tail}`;
  return `${path}${text === '' ? '' : `?${text}`}`;
}

/** Parameters that stay when the page changes. */
const KEPT = ['from', 'to', 'tz'];

/** Another page with the parameters that all pages share. */
export function onPage(place: Place, page: PageName, id?: string): Place {
  const query = new URLSearchParams(
    KEPT.flatMap((key) => {
      const value = place.query.get(key);
      return value === null ? [] : [[key, value]];
    }),
  );
  return { page, scope: place.scope, query, ...(id !== undefined && { id }) };
}

/** The same place with parameters changed; undefined removes one. */
export function withQuery(place: Place, changes: Readonly<Record<string, string | undefined>>): Place {
  const query = new URLSearchParams(place.query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(key);
    else query.set(key, value);
  }
  return { ...place, query };
}

const listeners = new Set<() => void>();
let current =
  typeof location === 'undefined' ? readPlace('/', '') : readPlace(location.pathname, location.search);

function changed(): void {
  current = readPlace(location.pathname, location.search);
  for (const listener of listeners) listener();
}

/** Navigates; Back returns unless it replaces. */
export function go(place: Place, replaces = false): void {
  const address = addressOf(place);
  if (address === location.pathname + location.search) return;
  if (replaces) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  changed();
}

if (typeof addEventListener === 'function') addEventListener('popstate', changed);

/** Where we are. */
export function usePlace(): Place {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
