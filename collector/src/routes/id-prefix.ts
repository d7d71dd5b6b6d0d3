import { CollectorError } from '../errors.ts';

/** Ids named in the error about a beginning that several share. */
const NAMED = 10;

/**
 * The one id meant: this very one, else the only one that begins so. Ids are long, and what people have of them is often
 * the first digits.
 *
 * @param candidates ids that begin so, or all there are
 * @returns undefined when none begins so
 * @throws {CollectorError} `ERR_AMBIGUOUS_ID` (409) when several do
 */
export function idMeant(given: string, candidates: Iterable<string>): string | undefined {
  const found = new Set<string>();
  for (const id of candidates) {
    if (id === given) return id;
    if (id.startsWith(given)) found.add(id);
  }
  if (found.size <= 1) return [...found][0];
  throw new CollectorError('ERR_AMBIGUOUS_ID', `several ids begin with ${JSON.stringify(given)}`, {
    statusCode: 409,
    details: { ids: [...found].sort().slice(0, NAMED) },
  });
}
