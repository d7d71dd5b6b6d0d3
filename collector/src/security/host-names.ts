import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { endUnreadBody } from './unread-body.ts';

/** `*` among the allowed names: every name is allowed. */
const ANY = '*';

/**
 * Answers 403 `ERR_HOST_NOT_ALLOWED`, for every route and method and before any of the body is read, if the request's
 * `Host` is neither a local name of this machine nor one of `allowed`. A page of another origin can point its own name
 * at 127.0.0.1 (DNS rebinding); its requests then differ from those of a local program only in that name. Call it
 * before the routes are registered.
 */
export function allowHosts(app: FastifyInstance, allowed: readonly string[]): void {
  if (allowed.includes(ANY)) return;
  const names = new Set(allowed);
  app.addHook('onRequest', async (request) => {
    const hosts = hostsOf(request.raw);
    if (hosts.length === 0 && request.raw.httpVersion === '1.0') return; // not a browser
    const header = hosts.find((host) => {
      const name = hostNameOf(host);
      return name === undefined || !(isLoopbackName(name) || names.has(name));
    });
    if (hosts.length > 0 && header === undefined) return;
    endUnreadBody(request.raw);
    throw new CollectorError(
      'ERR_HOST_NOT_ALLOWED',
      `the host ${JSON.stringify((header ?? '').slice(0, 100))} is not a name of this machine; allow it with --allowed-host`,
      { statusCode: 403 },
    );
  });
}

/**
 * A host name in the form for the allow list: a `Host` header without its port, or `*`.
 *
 * @throws {CollectorError} `ERR_OPTION`
 */
export function parseAllowedHost(text: string): string {
  const name = text === ANY ? text : hostNameOf(text);
  if (name !== undefined) return name;
  throw new CollectorError('ERR_OPTION', `--allowed-host is not the name of a host: ${JSON.stringify(text)}`);
}

/**
 * Every host that a request names: in each `Host` header, because other software may read a different one, and in an
 * absolute URL as target.
 */
function hostsOf({ headersDistinct, url }: IncomingMessage): string[] {
  const inTarget = /^https?:\/\/([^/?#]*)/i.exec(url ?? '')?.[1];
  return [...(headersDistinct['host'] ?? []), ...(inTarget === undefined ? [] : [inTarget])];
}

/** Whether a name can only mean this machine. */
function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true;
  return isIPv4(name) && name.startsWith('127.');
}

/** The name in a `Host` header, in lower case, without port and trailing dot; undefined for an invalid one. */
function hostNameOf(header: string): string | undefined {
  if (!/^[^\s@/?#\\]+$/.test(header)) return undefined;
  const name = URL.parse(`http://${header}`)?.hostname.replace(/\.$/, '');
  return name === '' ? undefined : name;
}
