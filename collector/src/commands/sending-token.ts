import { readFileSync } from 'node:fs';
import { badOption } from '../config/index.ts';
import { parseTokens } from '../security/index.ts';
import type { Secret } from '../security/index.ts';

/** The token for sending spans: the first of `--token-file`, else of `SANDSCOPE_TOKEN`; undefined without either. */
export function sendingToken({
  file,
  tokens = [],
}: {
  readonly file?: string;
  readonly tokens?: readonly Secret[];
}): Secret | undefined {
  if (file === undefined) return tokens[0];
  try {
    return parseTokens(readFileSync(file, 'utf8'), '--token-file')[0] ?? tokens[0];
  } catch (error) {
    throw badOption(`--token-file cannot be used: ${(error as Error).message}`);
  }
}
