import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CollectorError } from '../errors/errors.ts';
import { Secret } from './secret.ts';
import { watchFiles } from './watch-files.ts';

/** The sources of one kind of token. At least one of the two is given. */
export interface TokenSource {
  /** One token per line; empty lines and lines that begin with `#` are ignored. Reloaded when it changes. */
  readonly file?: string;
  /** From the environment. */
  readonly tokens?: readonly Secret[];
}

const MIN_CHARS = 16;
const MAX_CHARS = 4096;

/**
 * The tokens of a text, separated by white space.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the source, never a token.
 */
export function parseTokens(text: string, source: string): Secret[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const tokens = lines.flatMap((line) => line.split(/\s+/)).filter((token) => token !== '');
  for (const [index, token] of tokens.entries()) {
    if (token.length >= MIN_CHARS && token.length <= MAX_CHARS && /^[\x21-\x7e]+$/.test(token)) continue;
    throw new CollectorError(
      'ERR_OPTION',
      `${source}: token ${index + 1} is not ${MIN_CHARS} to ${MAX_CHARS} visible ASCII characters`,
    );
  }
  return tokens.map((token) => new Secret(token));
}

/**
 * The tokens of one kind. Only digests are stored. A file that becomes unreadable or empty changes nothing but is
 * reported, so that a mistake in a rotation neither grants access to everyone nor locks everyone out.
 */
export class Tokens {
  readonly #source: TokenSource;
  readonly #warn: (message: string) => void;
  readonly #unwatch: () => void;
  #digests: readonly Buffer[];

  /** @throws {CollectorError} `ERR_OPTION` when there is no token or the file is unusable. */
  constructor(source: TokenSource, warn: (message: string) => void) {
    this.#source = source;
    this.#warn = warn;
    this.#unwatch = watchFiles(source.file === undefined ? [] : [source.file], () => this.reload());
    try {
      this.#digests = readDigests(source);
    } catch (error) {
      this.#unwatch();
      throw error;
    }
  }

  /** Takes equal time for every token of a length, and reveals nothing about any of them. */
  accepts(presented: string): boolean {
    const digest = digestOf(presented);
    let found = false;
    for (const known of this.#digests) found = timingSafeEqual(known, digest) || found;
    return found;
  }

  /** Reloads the file. */
  reload(): void {
    try {
      this.#digests = readDigests(this.#source);
    } catch (error) {
      this.#warn(`the tokens stay as they were: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.#unwatch();
  }
}

function readDigests({ file, tokens = [] }: TokenSource): Buffer[] {
  const all = [...tokens, ...(file === undefined ? [] : parseTokens(readText(file), file))];
  if (all.length > 0) return all.map((token) => digestOf(token.reveal()));
  throw new CollectorError('ERR_OPTION', `${file ?? 'the environment'} contains no token`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CollectorError('ERR_OPTION', `the token file cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
