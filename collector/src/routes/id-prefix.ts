import { CollectorError } from '../errors/errors.ts';

/** How many ids the error about an ambiguous prefix names. */
const NAMED = 10;

/**
 * Resolves an id: an exact match, else the only id that begins with it. Ids are long, and people often have only the
 * first digits.
 *
 * @param candidates ids that begin with it, or all ids
 * @returns undefined when no id begins with it
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
