import type { CollectorError } from '../errors/errors.ts';

/** An absolute path of this machine with at least two parts, at the start of a word. */
const PATH = /(?<![\w:/.])(?:\/[\w.@+~-]+){2,}\/?/g;

/**
 * A message for a remote client, without paths: clients need not know the file layout of this machine, which messages
 * of the engine and the file system often contain.
 */
export function withoutPaths(message: string): string {
  return message.replaceAll(PATH, '…');
}

/** Errors whose messages come from the engine, the file system or unknown code. */
const INNER = /^ERR_(?:STORE|ENGINE|QUERY_LIMIT|INBOX|DATA_DIR|BACKUP|INTERNAL|OPTION)/;

/** The error message for a client. */
export function publicMessage({ code, message }: Pick<CollectorError, 'code' | 'message'>): string {
  return INNER.test(code) ? withoutPaths(message) : message;
}
