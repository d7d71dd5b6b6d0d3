/**
 * Encodes a result as the fragment of a URL, and decodes it. Runs in browsers and in Node alike. Anybody can write a
 * fragment: its size is limited before and after decompression, and it must have the form of a result.
 */
import type { ProbeResult } from '@sandscope/probes/outside';

/** Longest fragment produced; mail programs and chats accept this much. */
export const MOST_FRAGMENT = 8000;
/** Longest fragment read, and most bytes it may decompress to. */
const MOST_READ = 16_000;
const MOST_UNPACKED = 400_000;
const PREFIX = 'r1.';

/** Why a link is unreadable, in words for people. */
export class FragmentError extends Error {
  override readonly name = 'FragmentError';
}

export const packFragment = async (result: ProbeResult): Promise<string> => packJson(PREFIX, result);

/**
 * @param fragment without its `#`
 * @throws {FragmentError}
 */
export async function readFragment(fragment: string): Promise<ProbeResult> {
  const value = await unpackJson(PREFIX, fragment);
  if (!isResult(value)) throw new FragmentError('the link contains no result that this version can show');
  return value;
}

/** Any JSON, compressed, behind a prefix that names its form. */
export async function packJson(prefix: string, value: unknown): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(value)),
    new CompressionStream('deflate-raw'),
  );
  return prefix + toBase64Url(packed);
}

/**
 * The reverse, of a form that is not checked yet.
 *
 * @throws {FragmentError}
 */
export async function unpackJson(prefix: string, fragment: string): Promise<unknown> {
  if (!fragment.startsWith(prefix)) throw new FragmentError('the link contains no result');
  if (fragment.length > MOST_READ) throw new FragmentError('the link is longer than a result can be');
  try {
    const packed = fromBase64Url(fragment.slice(prefix.length));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      await through(packed, new DecompressionStream('deflate-raw'), MOST_UNPACKED),
    );
    return JSON.parse(text);
  } catch (error) {
    throw new FragmentError('the link was cut off or changed', { cause: error });
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks enough of the form to reject anything else; drawing it may still fail. */
function isResult(value: unknown): value is ProbeResult {
  if (!isObject(value) || value['schema'] !== 1) return false;
  const {
    experiment,
    startedAt,
    machine,
    target,
    plan,
    counts,
    samples,
    summary,
    verdict,
    tool,
    seed,
    timeScale,
  } = value;
  return (
    typeof experiment === 'string' &&
    /^[a-z-]{1,32}$/.test(experiment) &&
    typeof verdict === 'string' &&
    typeof startedAt === 'string' &&
    typeof seed === 'number' &&
    typeof timeScale === 'number' &&
    [target, plan, counts, summary].every(isObject) &&
    isObject(machine) &&
    typeof machine['cpuCount'] === 'number' &&
    typeof machine['memoryBytes'] === 'number' &&
    isObject(tool) &&
    typeof tool['version'] === 'string' &&
    Array.isArray(samples) &&
    samples.every(isObject)
  );
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
  most = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError('it expands to more than a result can have');
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text)) throw new RangeError('not base64url');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
