import type { CollectorError } from '../errors.ts';

/** An absolute path of this machine, of at least two parts, where a word may begin. */
const PATH = /(?<![\w:/.])(?:\/[\w.@+~-]+){2,}\/?/g;

/**
 * A message for someone elsewhere: where things lie on this machine is none of their business, and the engine and the
 * file system like to tell.
 */
export function withoutPaths(message: string): string {
  return message.replaceAll(PATH, '…');
}

/** Errors whose messages are those of the engine, the file system or nobody's. */
const INNER = /^ERR_(?:STORE|ENGINE|QUERY_LIMIT|INBOX|DATA_DIR|BACKUP|INTERNAL|OPTION)/;

/** What a client is told of an error. */
export function publicMessage({ code, message }: Pick<CollectorError, 'code' | 'message'>): string {
  return INNER.test(code) ? withoutPaths(message) : message;
}
