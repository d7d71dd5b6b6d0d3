import type { Option, Settings } from '../config/index.ts';
import { badOption } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { parseTokens } from '../security/index.ts';

const DEFAULT_URL = 'http://127.0.0.1:4318';
const ANSWER_MILLIS = 120_000;

/** The options of a command that asks a collector. */
export const ASK_OPTIONS: readonly Option[] = [
  { name: 'url', value: 'URL', help: 'the collector to ask', fallback: DEFAULT_URL },
  { name: 'query-token-file', value: 'FILE', help: 'file with the query token for it' },
];

/** The raw answer. */
export interface CollectorAnswer {
  readonly headers: Headers;
  readonly text: string;
}

/** A collector to ask. */
export interface CollectorAddress {
  readonly url: URL;
  /** Default none. */
  readonly token?: string | undefined;
}

/**
 * Asks the collector named by the options; otherwise like {@link ask}.
 *
 * @throws {CollectorError} `ERR_OPTION` for unusable options
 */
export async function askCollector(
  settings: Settings,
  path: string,
  signal?: AbortSignal,
): Promise<CollectorAnswer> {
  return ask(readAddress(settings), path, signal);
}

/**
 * Asks a collector.
 *
 * @param path with its query, without a leading slash
 * @param signal cancels the question
 * @throws {CollectorError} `ERR_COLLECTOR` when nobody answers, or the answer is not from a collector; the collector's
 *   own code and message when it refuses
 */
export async function ask(
  { url, token }: CollectorAddress,
  path: string,
  signal?: AbortSignal,
): Promise<CollectorAnswer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(path, url), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MILLIS), ...(signal ? [signal] : [])]),
    });
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new CollectorError(
      'ERR_COLLECTOR',
      `no collector answers at ${url.origin} (${cause?.code ?? message})`,
      {
        cause: error,
      },
    );
  }
  if (!response.ok) throw refusal(url, response.status, text);
  return { headers: response.headers, text };
}

/**
 * The collector named by `--url`, or by another URL, with the query token of the options.
 *
 * @throws {CollectorError} `ERR_OPTION` for unusable options
 */
export function readAddress(settings: Settings, other?: string): CollectorAddress {
  return {
    url: other === undefined ? readUrl(settings) : withSlash(new URL(other)),
    token: readToken(settings),
  };
}

function refusal(base: URL, status: number, text: string): CollectorError {
  let said: { code?: unknown; message?: unknown } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // Not a collector: a proxy's error page, for example.
  }
  const what =
    typeof said.code === 'string' && typeof said.message === 'string'
      ? `${said.message} (${said.code})`
      : `${base.origin} answers ${status}, which is not an answer of a collector`;
  return new CollectorError('ERR_COLLECTOR', what, { statusCode: status });
}

function readUrl(settings: Settings): URL {
  const setting = settings.setting('url');
  const text = setting?.text ?? DEFAULT_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw badOption(`${setting?.name ?? '--url'} is not an http or https URL: "${text}"`);
  return withSlash(url);
}

function withSlash(url: URL): URL {
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function readToken(settings: Settings): string | undefined {
  const content = settings.file('query-token-file') ?? settings.variable('SANDSCOPE_QUERY_TOKEN')?.text;
  if (content === undefined) return undefined;
  const [token] = parseTokens(content, '--query-token-file');
  if (token === undefined) throw badOption('--query-token-file contains no token');
  return token.reveal();
}
