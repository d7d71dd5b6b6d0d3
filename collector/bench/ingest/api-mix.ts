import { setTimeout as delay } from 'node:timers/promises';

/** The queries of a person with the page open, and of a dashboard. */
export const API_PATHS = [
  '/api/v1/functions?from=-15m',
  '/api/v1/invocations?from=-5m&limit=50',
  '/api/v1/sandboxes?from=-5m&limit=50',
  '/api/v1/status',
  '/metrics',
] as const;
const PAUSE_MILLIS = 250;
/** As for requests: both sides compile their code in the first moments. */
const WARM_UP_MILLIS = 3000;

export interface ApiResult {
  /** ms of every query except those of the first three seconds, ascending, by path without its parameters. */
  readonly millis: Readonly<Record<string, readonly number[]>>;
  /** Answers with a status other than 200. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Sends one query after the other, with a pause in between, until the signal is aborted. */
export async function pollApi(
  url: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ApiResult> {
  const millis: Record<string, number[]> = {};
  const failures: Record<string, number> = {};
  const warm = performance.now() + WARM_UP_MILLIS;
  for (let index = 0; !signal.aborted; index++) {
    const path = paths[index % paths.length] as string;
    const name = path.replace(/\?.*/, '');
    const start = performance.now();
    const status = await fetch(url + path)
      .then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      })
      .catch(() => 0);
    if (start >= warm) (millis[name] ??= []).push(performance.now() - start);
    if (status !== 200) failures[`${name} ${status}`] = (failures[`${name} ${status}`] ?? 0) + 1;
    await delay(PAUSE_MILLIS, undefined, { signal }).catch(() => undefined);
  }
  for (const list of Object.values(millis)) list.sort((a, b) => a - b);
  return { millis, failures };
}
