import { CollectorError } from '../errors/errors.ts';
import { readOutlines, readSpans, type SpanOutline, type Store, type StoredSpan } from '../store/index.ts';

/** An answer of more spans than this is refused rather than truncated: whole traces are large, and sent as one text. */
const MAX_SPANS = 20_000;
/** Summaries read no attributes. */
const MAX_OUTLINES = 200_000;

/** Every span of these traces. @throws {CollectorError} `ERR_QUERY_LIMIT` (422) */
export async function loadTraces(store: Store, traceIds: readonly string[]): Promise<StoredSpan[]> {
  if (traceIds.length === 0) return [];
  return readSpans(store, traceIds, MAX_SPANS).catch((error: unknown) => {
    throw explained(error, MAX_SPANS);
  });
}

/** The data of these traces that summaries need. @throws {CollectorError} `ERR_QUERY_LIMIT` (422) */
export async function loadOutlines(store: Store, traceIds: readonly string[]): Promise<SpanOutline[]> {
  if (traceIds.length === 0) return [];
  return readOutlines(store, traceIds, MAX_OUTLINES).catch((error: unknown) => {
    throw explained(error, MAX_OUTLINES);
  });
}

function explained(error: unknown, maxSpans: number): unknown {
  if (!(error instanceof CollectorError) || error.code !== 'ERR_QUERY_LIMIT') return error;
  const message = `the answer would be too large, at most ${maxSpans} spans are allowed: ask for fewer traces or less time`;
  return new CollectorError('ERR_QUERY_LIMIT', message, { statusCode: error.statusCode, cause: error });
}
