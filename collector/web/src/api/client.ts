/** Requests to the collector that serves the page. */
const STORED_AS = 'sandscope.token';

/** An error answer of the collector. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const listeners = new Set<() => void>();
let isTokenWanted = false;

/** Requests under way with the present token, by their URL. */
const running = new Map<string, Promise<unknown>>();

/**
 * Kept for the tab and sent with every request. Trims blanks that come from copying, and replaces invalid characters.
 */
export function setToken(token: string): void {
  sessionStorage.setItem(STORED_AS, token.trim().replaceAll(/[^\x21-\x7e]/g, '?'));
  isTokenWanted = false;
  running.clear();
  for (const listener of listeners) listener();
}

/** Whether the collector asked for a token, or for another one. */
export const tokenState = (): 'none' | 'wanted' | 'wrong' =>
  !isTokenWanted ? 'none' : sessionStorage.getItem(STORED_AS) === null ? 'wanted' : 'wrong';

export function onTokenState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The URL of a request. */
export function urlOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  return `/api/v1/${path}${given.length === 0 ? '' : `?${parameters}`}`;
}

/** @throws {ApiError} the collector's error answer, or `ERR_UNREACHABLE` */
export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  const token = sessionStorage.getItem(STORED_AS);
  const response = await fetch(url, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'ERR_UNREACHABLE', 'The collector does not answer.');
  });
  // An answer to a request with an earlier token says nothing about the present one.
  if (response.status === 401 && token === sessionStorage.getItem(STORED_AS)) {
    isTokenWanted = true;
    for (const listener of listeners) listener();
  }
  const body = (await response.json().catch((error: unknown) => {
    if (signal?.aborted) throw error;
    // An incomplete answer counts as none: it must not be mistaken for a complete one.
    if (response.ok) throw new ApiError(0, 'ERR_UNREACHABLE', 'The answer broke off.');
    return {};
  })) as T & Partial<Record<'code' | 'message', string>> & { details?: Readonly<Record<string, unknown>> };
  if (response.ok) return body;
  throw new ApiError(
    response.status,
    body.code ?? 'ERR_INTERNAL',
    body.message ?? `The collector answered ${response.status}.`,
    body.details,
  );
}

/** Like {@link get}; concurrent requests for the same URL share one answer. */
export function getShared<T>(url: string): Promise<T> {
  const known = running.get(url);
  if (known) return known as Promise<T>;
  const answer = get<T>(url).finally(() => {
    if (running.get(url) === answer) running.delete(url);
  });
  running.set(url, answer);
  return answer;
}
