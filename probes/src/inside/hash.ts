/**
 * FNV-1a, 64 bits, over the UTF-16 units of `text`: 16 hex digits. For names and classes, never for secrets; hand-made
 * because the function loads no crypto before its first response.
 */
export function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
