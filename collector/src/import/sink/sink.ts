import type { ImportRequest } from '../request-batch.ts';

/** What became of a request. */
export interface Sent {
  /** Spans that were not kept. */
  readonly rejected: number;
  /** Why; empty when none was rejected. */
  readonly message: string;
}

/** Where an import goes. */
export interface Sink {
  /** In words, for people. */
  readonly where: string;
  /**
   * Resolves when the spans are on disk there.
   *
   * @throws {CollectorError} `ERR_IMPORT_SEND` when they will not be kept, however often they are sent
   */
  send(request: ImportRequest): Promise<Sent>;
  close(): Promise<void>;
}
