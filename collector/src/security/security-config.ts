import type { TlsFiles } from './tls.ts';
import type { TokenSource } from './tokens.ts';

/** Who may reach the collector, and what of attributes it keeps. */
export interface SecurityConfig {
  /** Tokens for sending spans. Default: everyone may. */
  readonly ingestTokens?: TokenSource;
  /** Tokens for everything that shows something. Default: everyone may. */
  readonly queryTokens?: TokenSource;
  /** Tokens for deleting over HTTP. Default: nobody may. */
  readonly adminTokens?: TokenSource;
  readonly tls?: TlsFiles;
  /** Origins whose pages may send spans. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Names besides those of this machine that a request may be for. Default none on loopback without tokens, else any. */
  readonly allowedHosts?: readonly string[];
  /** Connections at the same time; more are closed at once. Default 4096. */
  readonly maxConnections?: number;
  /** Patterns of attribute keys whose values are not kept. Default `DEFAULT_KEY_PATTERNS`; empty for none. */
  readonly redact?: readonly string[];
}
