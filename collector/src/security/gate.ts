import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import type { SecurityConfig } from './security-config.ts';
import type { Access } from './guard.ts';
import { readTls, TlsReload } from './tls.ts';
import { Tokens } from './tokens.ts';

/** Everything about access that lives as long as the server: tokens and certificates, and their renewal. */
export class Gate {
  readonly access: Access;
  readonly #config: SecurityConfig;
  readonly #warn: (message: string) => void;
  #tls: TlsReload | undefined;

  /** @throws {CollectorError} `ERR_OPTION` for a file that cannot be used. */
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

  /** From now on this server's certificate follows its files. Nothing without TLS. */
  follow(server: Server): void {
    const { tls } = this.#config;
    if (tls !== undefined) this.#tls = new TlsReload(server as unknown as TlsServer, tls, this.#warn);
  }

  /** Reads tokens and certificates again, now. */
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
   * The names a server bound to this address answers to besides those of this machine; undefined for any. On loopback
   * without tokens a browser's page could otherwise pass for a program of this machine.
   */
  allowedHosts(host: string): readonly string[] | undefined {
    const { allowedHosts } = this.#config;
    const { ingest, query } = this.access;
    const isOpen = isLoopback(host) && (ingest === undefined || query === undefined);
    return allowedHosts ?? (isOpen ? [] : undefined);
  }

  /** What a server bound to this address leaves open. */
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
      ...(isOpen ? [`bound to ${host}: whoever reaches this port can ${open.join(' and ')}`] : []),
      ...((ingest ?? query) && tls === undefined
        ? [`bound to ${host}: tokens travel in clear text unless something in front speaks TLS (--tls-cert)`]
        : []),
    ];
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
