import { CollectorError } from '../../errors.ts';
import type { Message, Serve } from '../../control/index.ts';
import { askCollector } from '../../control/index.ts';
import type { Ingest } from '../../ingest/index.ts';
import type { Store } from '../../store/index.ts';
import { deleteImport } from './delete-import.ts';

/** Asks a collector to delete an import; its name follows. */
export const DELETE_IMPORT_COMMAND = 'delete-import';

interface Which extends Message {
  readonly type: 'import';
  readonly name: string;
}

interface Deleted extends Message {
  readonly type: 'deleted';
  readonly spans: number;
}

interface Refused extends Message {
  readonly type: 'refused';
  readonly message: string;
}

export interface DeletionOptions {
  readonly ingest: Pick<Ingest, 'whileStoreRests'>;
  /** Undefined while the tables are not there. */
  readonly store: () => Store | undefined;
}

/** Answers {@link DELETE_IMPORT_COMMAND}. What comes in meanwhile waits in the inbox. */
export function serveDeletion({ ingest, store }: DeletionOptions): Serve {
  return async (channel) => {
    const which = await channel.receive();
    if (which?.type !== 'import') return;
    const tables = store();
    try {
      if (tables === undefined) throw new Error('the engine is starting; try again later');
      const spans = await ingest.whileStoreRests(() => deleteImport(tables, (which as Which).name));
      channel.send({ type: 'deleted', spans } satisfies Deleted);
    } catch (error) {
      channel.send({ type: 'refused', message: (error as Error).message } satisfies Refused);
    }
  };
}

/**
 * Has the collector that runs on a data directory delete an import.
 *
 * @returns how many spans it had
 * @throws {CollectorError} `ERR_DATA_DIR` when no collector runs there, `ERR_NOT_FOUND` when it refuses
 */
export async function askForDeletion(dataDir: string, name: string): Promise<number> {
  const channel = await askCollector(dataDir, DELETE_IMPORT_COMMAND);
  if (channel === undefined) {
    const message = `no collector runs on ${dataDir}; start one (sandscope up), which can delete what it keeps`;
    throw new CollectorError('ERR_DATA_DIR', message);
  }
  channel.send({ type: 'import', name } satisfies Which);
  const answer = await channel.receive();
  channel.end();
  if (answer?.type === 'deleted') return (answer as Deleted).spans;
  const why = typeof answer?.['message'] === 'string' ? answer['message'] : 'the collector went away';
  throw new CollectorError('ERR_NOT_FOUND', `the import was not deleted: ${why}`);
}
