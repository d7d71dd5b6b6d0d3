import type { SampleErrorCode } from './sample.ts';

interface Failure {
  readonly code: SampleErrorCode;
  readonly message: string;
}

const MAX_MESSAGE = 200;

/** The outcome of a call that ended without an answer. */
export function classifyFailure(error: unknown, wasConnected: boolean, timeoutMs: number): Failure {
  const { name, message, code } = factsOf(error);
  if (name === 'TimeoutError')
    return { code: 'timeout', message: `no complete answer within ${timeoutMs / 1000} s` };
  // The part after a semicolon is Node's advice about its own options.
  const [what = ''] = message.split(';');
  const told = code === undefined ? what : `${code}: ${what}`;
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return { code: 'unexpected_answer', message: brief(told) };
  const isTimeout = /TIMEDOUT|_TIMEOUT$/.test(code ?? '');
  const kind: SampleErrorCode = isTimeout ? 'timeout' : wasConnected ? 'reset' : 'unreachable';
  return { code: kind, message: brief(told) };
}

/** Undefined for a successful answer. */
export function classifyStatus(status: number, functionError: boolean, body: Buffer): Failure | undefined {
  if (status === 429) return { code: 'throttled', message: 'status 429' };
  if (functionError || (status === 502 && /"errorType"/.test(body.subarray(0, 4096).toString())))
    return { code: 'function_error', message: brief(body.subarray(0, MAX_MESSAGE).toString()) };
  if (status >= 500) return { code: 'server_error', message: `status ${status}` };
  if (status >= 400) return { code: 'client_error', message: `status ${status}` };
  if (status >= 300) return { code: 'client_error', message: `status ${status}: redirects are not followed` };
  return undefined;
}

/** One line of limited length. */
export function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}

function factsOf(error: unknown): { name: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { name: '', message: String(error) };
  // Several failed addresses make an aggregate error, whose own message is empty.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const told = first instanceof Error ? first : error;
  const { code } = told as { code?: unknown };
  return { name: error.name, message: told.message, ...(typeof code === 'string' && { code }) };
}
