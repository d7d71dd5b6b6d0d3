import type { Sample } from '@sandscope/probes/outside';
import { setTimeout as sleep } from 'node:timers/promises';

interface InvocationRow {
  readonly traceId?: string;
  readonly cold?: boolean;
  readonly sandboxId?: string;
  readonly hostDeclaredId?: string;
  readonly durationMs?: number;
  readonly start?: string;
}

export interface JoinOptions {
  /** Base URL of a collector. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly notice: (message: string) => void;
  /** How long to wait for spans of functions; default 15 s. */
  readonly waitMs?: number;
}

const PAGE = 1_000;
const MAX_PAGES = 200;
const LOOK_EVERY_MS = 500;

/**
 * Adds data from the functions' spans in a collector to samples: whether the start was cold, and its sandbox and host.
 * Values from the function's own answer stay. If the collector is unreachable, samples stay unchanged.
 */
export async function joinCollector(
  samples: readonly Sample[],
  startedUnixMs: number,
  { url, headers = {}, notice, waitMs = 15_000 }: JoinOptions,
): Promise<readonly Sample[]> {
  const wanted = new Set(samples.filter(({ outcome }) => outcome !== 'error').map(({ traceId }) => traceId));
  wanted.delete(undefined);
  if (wanted.size === 0) return samples;
  const until = performance.now() + waitMs;
  let rows = new Map<string, InvocationRow>();
  try {
    for (;;) {
      rows = await readRows(url, headers, startedUnixMs, wanted);
      // Frozen functions send the last span when they next wake up, or never: enough spans have arrived by then.
      if (rows.size === wanted.size || performance.now() > until) break;
      await sleep(LOOK_EVERY_MS);
    }
  } catch (error) {
    notice(`the collector at ${url} could not be queried: ${(error as Error).message}`);
    return samples;
  }
  if (rows.size < wanted.size) notice(`the collector knows ${rows.size} of ${wanted.size} calls`);
  return samples.map((sample) => {
    const row = sample.traceId === undefined ? undefined : rows.get(sample.traceId);
    return row === undefined ? sample : withRow(sample, row);
  });
}

function withRow(sample: Sample, row: InvocationRow): Sample {
  const startUnixMs = row.start === undefined ? Number.NaN : Date.parse(row.start);
  return {
    ...sample,
    ...(sample.start === 'unknown' &&
      row.cold !== undefined && { start: row.cold ? 'cold' : 'warm', startGround: 'collector' }),
    ...(sample.sandboxId === undefined && row.sandboxId !== undefined && { sandboxId: row.sandboxId }),
    ...(sample.hostId === undefined && row.hostDeclaredId !== undefined && { hostId: row.hostDeclaredId }),
    ...(sample.function === undefined && {
      function: {
        ...(Number.isFinite(startUnixMs) && { startUnixMs }),
        ...(row.durationMs !== undefined && { durationMs: row.durationMs }),
      },
    }),
  };
}

async function readRows(
  url: string,
  headers: Readonly<Record<string, string>>,
  startedUnixMs: number,
  wanted: ReadonlySet<string | undefined>,
): Promise<Map<string, InvocationRow>> {
  const rows = new Map<string, InvocationRow>();
  // Clocks of functions may differ from the client's.
  const from = new Date(startedUnixMs - 60_000).toISOString();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const asked = new URL('api/v1/invocations', `${url.replace(/\/+$/, '')}/`);
    asked.search = new URLSearchParams({ from, limit: String(PAGE), ...(cursor && { cursor }) }).toString();
    const response = await fetch(asked, { headers, signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const answer = (await response.json()) as { invocations: InvocationRow[]; nextCursor?: string };
    for (const row of answer.invocations)
      if (row.traceId !== undefined && wanted.has(row.traceId)) rows.set(row.traceId, row);
    cursor = answer.nextCursor;
    if (cursor === undefined) break;
  }
  return rows;
}
