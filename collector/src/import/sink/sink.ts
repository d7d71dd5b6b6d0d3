import type { ImportRequest } from '../request-batch.ts';

/** The outcome of a request. */
export interface Sent {
  /** Number of rejected spans. */
  readonly rejected: number;
  /** The reason; empty if none was rejected. */
  readonly message: string;
}

/** The destination of an import. */
export interface Sink {
  /** Its name in words, for people. */
  readonly where: string;
  /**
   * Resolves once the spans are on its disk.
   *
   * @throws {CollectorError} `ERR_IMPORT_SEND` if they will not be kept, however often they are sent
   */
  send(request: ImportRequest): Promise<Sent>;
  close(): Promise<void>;
}
