/** Limits the size of an answer, and reports what was left out. */

/** A truncated list of an answer. */
export interface Cut {
  /** `functions[0].curve`, a path in the answer as shown. */
  readonly list: string;
  /** The number of entries shown, from the start. */
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
 * Truncates the largest lists of an answer until its JSON has at most `maxBytes`. Other values stay unchanged. If the
 * answer exceeds the limit without any list, the result is empty.
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
    // Shortens in proportion to the excess, plus a margin, because entries differ in size.
    const wanted = Math.floor(list.length * Math.max(0.5, 1 - (1.1 * (bytes - maxBytes)) / largest.bytes));
    list.length = Math.min(list.length - 1, wanted);
    for (const inner of cuts.keys()) {
      if (isBelow(inner, path, list.length)) cuts.delete(inner);
    }
    cuts.set(path, { list: path, kept: list.length, of });
  }
  return { answer: copy, cuts: [...cuts.values()] };
}

/** Whether a path leads through a removed list entry. */
function isBelow(path: string, list: string, length: number): boolean {
  if (!path.startsWith(`${list}[`)) return false;
  return Number.parseInt(path.slice(list.length + 1), 10) >= length;
}

/** Lists with a single entry come last, because half an entry is useless. */
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
