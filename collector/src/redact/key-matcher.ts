import { CollectorError } from '../errors/errors.ts';
import { keySource, KnownKeys, type KeySource } from './known-keys.ts';

/**
 * Attribute keys whose values are secrets in most programs. `$` ends a pattern that must match the end of the key; `!`
 * begins an exception that overrides shorter matches at the end of a key.
 */
export const DEFAULT_KEY_PATTERNS: readonly string[] = [
  'authorization',
  'cookie',
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'credential',
  'apikey',
  'accesskey',
  'privatekey',
  'connectionstring',
  'jwt',
  'bearer',
  'token$',
  // In signed URLs, for example Azure's; words like `design` contain it in the middle.
  'sig$',
  'tokens$',
  // Counts, for example of language models.
  '!inputtokens$',
  '!outputtokens$',
  '!totaltokens$',
  '!prompttokens$',
  '!completiontokens$',
  '!reasoningtokens$',
  '!cachedtokens$',
  '!maxtokens$',
];

const MAX_PATTERNS = 200;
const MAX_PATTERN_CHARS = 100;
const SEPARATORS = new Set(Buffer.from('-_. /:'));
/** Bytes that no pattern contains. */
const OTHER = 0;
/** A separator: skipped. */
const SKIPPED = 1;
/** The final state of a key that matches. */
const MATCHED = 0;

interface Node {
  readonly next: Map<number, Node>;
  fail: Node | undefined;
  accepts: boolean;
  /** The end of an exception, which overrides shorter patterns. */
  excepts: boolean;
  id: number;
}

/**
 * Detects secret keys in one pass over their UTF-8 bytes without creating strings: an Aho-Corasick automaton over the
 * letters of all patterns. Case and the separators `-`, `_`, `.`, `/`, `:` and space are ignored in patterns and keys:
 * `apikey` finds `x-api-key`, `apiKey` and `API_KEY`. `^` and `$` anchor a pattern to the start or the end of the key.
 * Of patterns at the end of a key, the longest decides; one that begins with `!` declares it not secret.
 *
 * ```ts
 * new KeyMatcher(['token$']).test('session_token'); // true; 'input_tokens' is false
 * ```
 *
 * @throws {CollectorError} `ERR_OPTION` for a pattern without letters or digits, or for too many or too long ones.
 */
export class KeyMatcher {
  /** Class of a byte: a letter of the patterns, or one of the two above. */
  readonly #classes = new Uint8Array(256);
  readonly #classCount: number;
  /** One row per state, one column per class. */
  readonly #next: Uint16Array;
  /** Whether a key that ends here matches. */
  readonly #acceptsEnd: Uint8Array;
  readonly #start: number;
  readonly #known = new KnownKeys();

  constructor(patterns: readonly string[]) {
    if (patterns.length > MAX_PATTERNS) throw badPattern(`more than ${MAX_PATTERNS} patterns`);
    const parsed = patterns.map((pattern) => parsePattern(pattern));
    const letters = [...new Set(parsed.flatMap(({ bytes }) => [...bytes]))];
    for (const separator of SEPARATORS) this.#classes[separator] = SKIPPED;
    for (const [index, letter] of letters.entries()) {
      this.#classes[letter] = index + 2;
      this.#classes[Buffer.from(String.fromCharCode(letter).toUpperCase())[0] ?? letter] = index + 2;
      if (letter > 127) this.#classes[letter] = index + 2;
    }
    const begin = letters.length + 2;
    const end = begin + 1;
    this.#classCount = end + 1;
    const root = buildTree(
      parsed.map(({ bytes, atStart, atEnd, isException }) => ({
        isException,
        symbols: (atStart ? [begin] : []).concat(
          Array.from(bytes, (byte) => this.#classes[byte] ?? OTHER),
          atEnd ? [end] : [],
        ),
      })),
    );
    const nodes = link(root);
    this.#next = new Uint16Array((nodes.length + 1) * this.#classCount);
    this.#acceptsEnd = new Uint8Array(nodes.length + 1);
    for (const node of nodes) {
      for (let symbol = 0; symbol < this.#classCount; symbol++) {
        const target = symbol === SKIPPED ? node : follow(node, symbol, root);
        this.#next[node.id * this.#classCount + symbol] = target.accepts ? MATCHED : target.id;
        if (symbol === end) this.#acceptsEnd[node.id] = target.accepts ? 1 : 0;
      }
    }
    this.#start = this.#next[root.id * this.#classCount + begin] ?? root.id;
  }

  /** Whether the key from `from` to `to` is secret. */
  testBytes(source: KeySource, from: number, to: number): boolean {
    if (this.#known.has(source, from, to)) return false;
    if (this.#run(source.bytes, from, to)) return true;
    this.#known.add(source.bytes, from, to);
    return false;
  }

  /**
   * The end of the key that begins at `from`, if a quick check shows that `terminator` follows it and that it is not
   * secret; else -1, which decides nothing.
   */
  endOfKnown(source: KeySource, from: number, terminator: number): number {
    return this.#known.endOfExpected(source, from, terminator);
  }

  #run(bytes: Uint8Array, from: number, to: number): boolean {
    const classes = this.#classes;
    const next = this.#next;
    const classCount = this.#classCount;
    let state = this.#start;
    for (let at = from; at < to; at++) {
      state = next[state * classCount + (classes[bytes[at] as number] as number)] as number;
      if (state === MATCHED) return true;
    }
    return this.#acceptsEnd[state] === 1;
  }

  test(key: string): boolean {
    const bytes = Buffer.from(key);
    return this.testBytes(keySource(bytes), 0, bytes.length);
  }
}

interface Pattern {
  readonly bytes: Uint8Array;
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly isException: boolean;
}

function parsePattern(pattern: string): Pattern {
  const isException = pattern.startsWith('!');
  const tied = isException ? pattern.slice(1) : pattern;
  const atStart = tied.startsWith('^');
  const atEnd = tied.endsWith('$');
  const text = tied.slice(atStart ? 1 : 0, atEnd ? -1 : undefined).toLowerCase();
  const bytes = Buffer.from(text).filter((byte) => !SEPARATORS.has(byte));
  if (bytes.length === 0 || text.length > MAX_PATTERN_CHARS || (isException && !atEnd)) {
    throw badPattern(`${JSON.stringify(pattern.slice(0, MAX_PATTERN_CHARS))} is not a pattern of a key`);
  }
  return { bytes, atStart, atEnd, isException };
}

function badPattern(message: string): CollectorError {
  return new CollectorError('ERR_OPTION', `--redact: ${message}`);
}

function newNode(): Node {
  return { next: new Map(), fail: undefined, accepts: false, excepts: false, id: 0 };
}

interface Word {
  readonly symbols: readonly number[];
  readonly isException: boolean;
}

function buildTree(words: readonly Word[]): Node {
  const root = newNode();
  for (const { symbols, isException } of words) {
    let node = root;
    for (const symbol of symbols) {
      const child = node.next.get(symbol) ?? newNode();
      node.next.set(symbol, child);
      node = child;
    }
    if (isException) node.excepts = true;
    else node.accepts = true;
  }
  return root;
}

/** Computes failure links, breadth first; numbers the nodes from 1. */
function link(root: Node): Node[] {
  const nodes = [root];
  root.id = 1;
  for (const node of nodes) {
    for (const [symbol, child] of node.next) {
      child.fail = node === root ? root : follow(node.fail ?? root, symbol, root);
      child.accepts ||= child.fail.accepts && !child.excepts;
      child.id = nodes.length + 1;
      nodes.push(child);
    }
  }
  return nodes;
}

function follow(from: Node, symbol: number, root: Node): Node {
  let node: Node | undefined = from;
  while (node !== undefined) {
    const child = node.next.get(symbol);
    if (child !== undefined) return child;
    node = node.fail;
  }
  return root;
}
