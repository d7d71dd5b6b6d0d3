/** The token of an `Authorization` header: after the word Bearer, or alone, as some OTLP clients send it. */
export function presentedToken(header: string | undefined): string | undefined {
  const words = header?.trim().split(/\s+/) ?? [];
  if (words.length === 1) return words[0] === '' ? undefined : words[0];
  return words.length === 2 && words[0]?.toLowerCase() === 'bearer' ? words[1] : undefined;
}
