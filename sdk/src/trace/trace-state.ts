const MAX_MEMBERS = 32;
const MAX_INPUT = 32_768;

const MEMBER =
  /^([0-9a-z][_0-9a-z\-*/@]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * `tracestate` as in W3C Trace Context level 2: its lines, in order, as one list without the white space around its
 * members and without empty members. Of members with the same key the first counts, which is the newest. A list that is
 * malformed or has more than 32 members is dropped entirely.
 *
 * @returns undefined if nothing is left
 */
export function parseTraceState(lines: readonly string[] = []): string | undefined {
  const list = lines.join(',');
  if (list.length > MAX_INPUT) return undefined;
  const members = new Map<string, string>();
  let count = 0;
  for (const part of list.split(',')) {
    const member = trimSpace(part);
    if (member === '') continue;
    count += 1;
    const key = MEMBER.exec(member)?.[1];
    if (key === undefined || count > MAX_MEMBERS) return undefined;
    if (!members.has(key)) members.set(key, member);
  }
  return [...members.values()].join(',') || undefined;
}

/** The text without the spaces and tabs around it, the only white space that HTTP allows there. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
