import type { Config } from '../config/config.ts';
import type { HttpClient } from './http-client.ts';

/** The addresses we connect to: the collector and the Extensions API. */
export function ownEndpoints({ endpoint, runtimeApi = '' }: Config): { host: string; port: number }[] {
  const { hostname, port, protocol } = endpoint;
  const colon = runtimeApi.lastIndexOf(':');
  return [
    { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) },
    { host: runtimeApi.slice(0, colon), port: Number(runtimeApi.slice(colon + 1)) || 80 },
  ];
}

/** Our exports and the Extensions API's long poll do not count as requests of the program. */
export function isOurs(request: object, config: Config, client: HttpClient): boolean {
  if (client.owns(request)) return true;
  const { path } = request as { path?: unknown };
  return (
    config.runtimeApi !== undefined && typeof path === 'string' && path.startsWith('/2020-01-01/extension/')
  );
}
