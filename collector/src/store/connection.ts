/** Where a ClickHouse answers: the embedded engine or one of the operator's. */
export interface Connection {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Letters, digits and `_`; default of the project is `sandscope`. */
  readonly database: string;
  /** Folder of an engine on this machine in which rows may be handed over as a file. Default: they are sent. */
  readonly incomingDir?: string;
  /** Memory of the whole engine, where it is known: a query gets a part of it, so that none alone can use up all. */
  readonly memoryBytes?: number;
  /** Nobody else uses this server, as with the embedded engine: nothing needs a lock. */
  readonly exclusive?: true;
  /** A user who may only read, for the questions of the API. Default the same user. */
  readonly query?: { readonly user: string; readonly password: string };
  /** One of the server's `remote_servers`: tables are replicated and sharded over it. */
  readonly cluster?: string;
  /** PEM texts. With a certificate of its own the user is known by that, not by the password. */
  readonly tls?: { readonly ca: string; readonly certificate?: string; readonly key?: string };
}
