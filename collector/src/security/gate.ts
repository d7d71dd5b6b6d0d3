import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import type { SecurityConfig } from './security-config.ts';
import type { Access } from './guard.ts';
import { readTls, TlsReload } from './tls.ts';
import { Tokens } from './tokens.ts';

/** The parts of access control that live as long as the server: tokens and certificates, and their renewal. */
export class Gate {
  readonly access: Access;
  readonly #config: SecurityConfig;
  readonly #warn: (message: string) => void;
  #tls: TlsReload | undefined;

  /** @throws {CollectorError} `ERR_OPTION` for an unusable file. */
  constructor(config: SecurityConfig, warn: (message: string) => void) {
    this.#config = config;
    this.#warn = warn;
    const { ingestTokens, queryTokens, adminTokens, tls } = config;
    if (tls !== undefined) readTls(tls); // before anything is opened
    this.access = {
      ingest: ingestTokens && new Tokens(ingestTokens, warn),
      query: queryTokens && new Tokens(queryTokens, warn),
      admin: adminTokens && new Tokens(adminTokens, warn),
    };
  }

  /** Makes this server's certificate follow its files. Does nothing without TLS. */
  follow(server: Server): void {
    const { tls } = this.#config;
    if (tls !== undefined) this.#tls = new TlsReload(server as unknown as TlsServer, tls, this.#warn);
  }

  /** Reloads tokens and certificates now. */
  reload(): void {
    this.access.ingest?.reload();
    this.access.query?.reload();
    this.access.admin?.reload();
    this.#tls?.reload();
  }

  close(): void {
    this.access.ingest?.close();
    this.access.query?.close();
    this.access.admin?.close();
    this.#tls?.close();
  }

  /**
   * The host names that a server bound to this address accepts, besides those of this machine; undefined for any. On
   * loopback without tokens, a web page could otherwise act as a local program.
   */
  allowedHosts(host: string): readonly string[] | undefined {
    const { allowedHosts } = this.#config;
    const { ingest, query } = this.access;
    const isOpen = isLoopback(host) && (ingest === undefined || query === undefined);
    return allowedHosts ?? (isOpen ? [] : undefined);
  }

  /** What a server bound to this address leaves unprotected. */
  warnings(host: string): string[] {
    if (isLoopback(host)) return [];
    const { tls } = this.#config;
    const { ingest, query } = this.access;
    const open = [
      ...(ingest ? [] : ['send spans (--token-file)']),
      ...(query ? [] : ['read them (--query-token-file)']),
    ];
    const isOpen = open.length > 0 && tls?.clientAuthority === undefined;
    return [
      ...(isOpen ? [`bound to ${host}: anyone who can reach this port can ${open.join(' and ')}`] : []),
      ...((ingest ?? query) && tls === undefined
        ? [`bound to ${host}: tokens are sent in clear text unless a proxy in front uses TLS (--tls-cert)`]
        : []),
    ];
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
