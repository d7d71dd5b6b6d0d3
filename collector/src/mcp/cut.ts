/** Keeping an answer within a bound, and saying what was left out. */

/** A list of an answer that was cut. */
export interface Cut {
  /** `functions[0].curve`, in the answer as it is shown. */
  readonly list: string;
  /** Its first entries, so many. */
  readonly kept: number;
  readonly of: number;
}

interface Found {
  readonly list: unknown[];
  readonly path: string;
  readonly bytes: number;
}

/** Bytes of the JSON text. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/**
 * The answer with its largest lists cut from their end until it has at most `maxBytes` as JSON. What is no list is left
 * as it is: beyond the bound without any list, the answer is empty.
 */
export function cutTo(
  answer: unknown,
  maxBytes: number,
): { readonly answer: unknown; readonly cuts: readonly Cut[] } {
  if (bytesOf(answer) <= maxBytes) return { answer, cuts: [] };
  const copy: unknown = structuredClone(answer);
  const cuts = new Map<string, Cut>();
  for (let bytes = bytesOf(copy); bytes > maxBytes; bytes = bytesOf(copy)) {
    const largest = largestList(copy);
    if (largest === undefined) return { answer: {}, cuts: [{ list: '', kept: 0, of: 1 }] };
    const { list, path } = largest;
    const of = cuts.get(path)?.of ?? list.length;
    // By as much as is too much, a little more at once, for entries differ.
    const wanted = Math.floor(list.length * Math.max(0.5, 1 - (1.1 * (bytes - maxBytes)) / largest.bytes));
    list.length = Math.min(list.length - 1, wanted);
    for (const inner of cuts.keys()) {
      if (isBelow(inner, path, list.length)) cuts.delete(inner);
    }
    cuts.set(path, { list: path, kept: list.length, of });
  }
  return { answer: copy, cuts: [...cuts.values()] };
}

/** Whether a path leads through an entry of the list that is no longer there. */
function isBelow(path: string, list: string, length: number): boolean {
  if (!path.startsWith(`${list}[`)) return false;
  return Number.parseInt(path.slice(list.length + 1), 10) >= length;
}

/** Lists of one entry only when there are no longer ones: half of nothing tells nothing. */
function largestList(answer: unknown): Found | undefined {
  const found: Found[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      if (value.length > 0) found.push({ list: value, path, bytes: bytesOf(value) });
      for (const [index, entry] of value.entries()) visit(entry, `${path}[${index}]`);
      return;
    }
    for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`);
  };
  visit(answer, '');
  const long = found.filter(({ list }) => list.length > 1);
  return (long.length > 0 ? long : found).reduce<Found | undefined>(
    (best, one) => (best === undefined || one.bytes > best.bytes ? one : best),
    undefined,
  );
}
