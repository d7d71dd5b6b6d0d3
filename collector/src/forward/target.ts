import { CollectorError } from '../errors/errors.ts';

/**
 * The address to which spans are forwarded: a full URL is used unchanged, a bare origin gets `/v1/traces`.
 *
 * @throws {CollectorError} `ERR_OPTION` for anything but an http or https URL, or for a URL with a password.
 */
export function forwardTarget(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    const shown = text.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '?…');
    throw new CollectorError('ERR_OPTION', `"${shown}" is not an http or https URL to forward to`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CollectorError(
      'ERR_OPTION',
      `the URL to forward to at ${url.host} must not carry a user or password`,
    );
  }
  url.hash = '';
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}
