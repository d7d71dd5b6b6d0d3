import type { TlsFiles } from './tls.ts';
import type { TokenSource } from './tokens.ts';

/** Who may access the collector, and which attribute values it keeps. */
export interface SecurityConfig {
  /** Tokens for sending spans. Default: everyone may send. */
  readonly ingestTokens?: TokenSource;
  /** Tokens for everything that shows data. Default: everyone may read. */
  readonly queryTokens?: TokenSource;
  /** Tokens for deleting over HTTP. Default: nobody may delete. */
  readonly adminTokens?: TokenSource;
  readonly tls?: TlsFiles;
  /** Origins whose pages may send spans. Default none. */
  readonly corsOrigins?: readonly string[];
  /**
   * Host names, besides those of this machine, that a request may be addressed to. Default none on loopback without
   * tokens, else any.
   */
  readonly allowedHosts?: readonly string[];
  /** Maximum number of open connections; further ones are closed at once. Default 4096. */
  readonly maxConnections?: number;
  /** Patterns of attribute keys whose values are not kept. Default `DEFAULT_KEY_PATTERNS`; empty for none. */
  readonly redact?: readonly string[];
}
