import { CollectorError } from '../errors/errors.ts';
import type { Ingest } from '../ingest/index.ts';
import type { Store } from '../store/index.ts';
import { deleteData } from './delete-data.ts';
import { listData } from './list-data.ts';
import type { Listed } from './list-data.ts';
import type { DeletionTarget } from './target.ts';

export interface DeleterOptions {
  readonly ingest: Pick<Ingest, 'whileStoreRests'>;
  /** Undefined until the tables exist. */
  readonly store: () => Store | undefined;
}

/** Deletes data of a running collector, one target at a time, while nothing is inserted. */
export class Deleter {
  readonly #options: DeleterOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DeleterOptions) {
    this.#options = options;
  }

  /** What {@link delete} would delete. @throws {CollectorError} like {@link delete} */
  async list(target: DeletionTarget): Promise<Listed> {
    return listData(this.#store(), target);
  }

  /**
   * @returns the deleted data
   * @throws {CollectorError} `ERR_NOT_FOUND` when there is nothing with that name, `ERR_ENGINE_UNAVAILABLE` (503)
   */
  async delete(target: DeletionTarget): Promise<Listed> {
    const store = this.#store();
    const deleted = this.#last.then(() =>
      this.#options.ingest.whileStoreRests(() => deleteData(store, target)),
    );
    this.#last = deleted.catch(() => undefined); // the caller gets the error
    return deleted;
  }

  #store(): Store {
    const tables = this.#options.store();
    if (tables !== undefined) return tables;
    throw new CollectorError('ERR_ENGINE_UNAVAILABLE', 'the engine is starting; try again later', {
      statusCode: 503,
    });
  }
}
