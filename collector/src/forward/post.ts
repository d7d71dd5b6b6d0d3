import { TryLater } from '../delivery/index.ts';
import { retryAfterMillis } from '../retry/index.ts';
import type { PartialSuccess } from './partial-success.ts';
import { partialSuccessOf } from './partial-success.ts';

export interface Posted {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Additional headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The final answer of a target to a request. */
export type Answer =
  | { readonly kind: 'taken'; readonly partial: PartialSuccess | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** OTLP 1.11: retry these and no others. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const TIMEOUT_MILLIS = 30_000;
const MAX_ANSWER_BYTES = 1024 ** 2;

/**
 * Sends one OTLP/HTTP request.
 *
 * @throws {TryLater} when nobody answers within 30 s, or with 429, 502, 503 or 504; with the requested wait.
 */
export async function post(
  url: string,
  { body, contentType, headers: added }: Posted,
  stop: AbortSignal,
): Promise<Answer> {
  let response: Response;
  let answer: Uint8Array;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { ...added, 'content-type': contentType, 'user-agent': 'sandscope' },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MILLIS)]),
    });
    answer = await readAnswer(response);
  } catch (error) {
    throw new TryLater(reasonOf(error));
  }
  if (response.ok)
    return { kind: 'taken', partial: partialSuccessOf(answer, response.headers.get('content-type')) };
  const reason = `it answered ${response.status}`;
  if (!RETRYABLE.has(response.status)) return { kind: 'refused', reason };
  const { headers } = response;
  throw new TryLater(
    reason,
    retryAfterMillis({ retryAfter: headers.get('retry-after'), date: headers.get('date') }),
  );
}

/** Reads the answer to its end, so that the connection can be reused; a long one is truncated. */
async function readAnswer(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of response.body ?? []) {
    byteLength += chunk.byteLength;
    if (byteLength > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** fetch says "fetch failed" and has the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message: string };
  return cause instanceof Error ? ((cause as { code?: string }).code ?? cause.message) : message;
}
