/** The connection data of a ClickHouse: the embedded engine or one of the operator's. */
export interface Connection {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Letters, digits and `_`; the project's default is `sandscope`. */
  readonly database: string;
  /** Folder of an embedded engine through which rows can be passed as a file. Default: they are sent over HTTP. */
  readonly incomingDir?: string;
  /** Memory of the whole engine, where known: a query gets a part of it, so that no single one can use it all up. */
  readonly memoryBytes?: number;
  /** Nobody else uses this server, as with the embedded engine: no locks are needed. */
  readonly exclusive?: true;
  /** A read-only user for the questions of the API. Default the same user. */
  readonly query?: { readonly user: string; readonly password: string };
  /** A cluster of the server's `remote_servers`: tables are replicated and sharded over it. */
  readonly cluster?: string;
  /** PEM texts. A client certificate authenticates the user instead of the password. */
  readonly tls?: { readonly ca: string; readonly certificate?: string; readonly key?: string };
}
