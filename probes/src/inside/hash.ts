const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
// The prime is 2^40 + 435.
const PRIME_LOW = 435;

/**
 * FNV-1a, 64 bits, over the UTF-16 units of `text`: 16 hex digits. For names and classes, never for secrets. Written by
 * hand because the function loads no crypto before its first response, and in two halves because a `bigint` takes three
 * times as long the first time.
 */
export function hash64(text: string): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  for (let i = 0; i < text.length; i += 1) {
    low = (low ^ text.charCodeAt(i)) >>> 0;
    const carry = Math.floor((low * PRIME_LOW) / 2 ** 32);
    high = (Math.imul(high, PRIME_LOW) + carry + (low << 8)) >>> 0;
    low = Math.imul(low, PRIME_LOW) >>> 0;
  }
  return hex(high) + hex(low);
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
