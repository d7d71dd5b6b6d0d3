import type { IncomingHttpHeaders } from 'node:http';
import { presentedToken } from './bearer-token.ts';

/**
 * The token of a ClickHouse client, which calls it a password: in `X-ClickHouse-Key`, as the password of Basic
 * authentication with any user name, or as a Bearer token. Not in the URL, which appears in logs.
 */
export function clickHouseToken(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['x-clickhouse-key'];
  if (typeof key === 'string' && key !== '') return key;
  const [, encoded] = /^basic\s+([\w+/=-]+)$/i.exec(headers.authorization?.trim() ?? '') ?? [];
  if (encoded === undefined) return presentedToken(headers.authorization);
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return password === '' ? undefined : password;
}
