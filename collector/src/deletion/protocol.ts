import type { Message, Serve } from '../control/index.ts';
import { askCollector } from '../control/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { Deleter } from './deleter.ts';
import type { Listed } from './list-data.ts';
import { isDeletionKind, nameOf } from './target.ts';
import type { DeletionTarget } from './target.ts';

/** The command that lists what a deletion would delete, or deletes it. */
export const DELETION_COMMAND = 'delete';

interface Which extends Message, DeletionTarget {
  readonly type: 'list' | 'delete';
}

interface Told extends Message {
  readonly type: 'listed' | 'deleted';
  readonly listed: Listed;
}

interface Refused extends Message {
  readonly type: 'refused';
  readonly code: string;
  readonly message: string;
}

/** Answers {@link DELETION_COMMAND}. Requests that arrive meanwhile wait in the inbox. */
export function serveDeletion(deleter: Deleter): Serve {
  return async (channel) => {
    const which = (await channel.receive()) as Which | undefined;
    if (which === undefined || !isDeletionKind(which.kind) || typeof which.name !== 'string') return;
    try {
      if (which.type === 'list') {
        channel.send({ type: 'listed', listed: await deleter.list(which) } satisfies Told);
      } else if (which.type === 'delete') {
        channel.send({ type: 'deleted', listed: await deleter.delete(which) } satisfies Told);
      }
    } catch (error) {
      const code = error instanceof CollectorError ? error.code : 'ERR_INTERNAL';
      channel.send({ type: 'refused', code, message: (error as Error).message } satisfies Refused);
    }
  };
}

/**
 * Asks the collector that runs on a data directory to list what a deletion would delete, or to delete it.
 *
 * @returns the listed or deleted data
 * @throws {CollectorError} `ERR_DATA_DIR` when no collector runs there, `ERR_NOT_FOUND` when it refuses
 */
export async function askForDeletion(
  dataDir: string,
  type: 'list' | 'delete',
  target: DeletionTarget,
): Promise<Listed> {
  const channel = await askCollector(dataDir, DELETION_COMMAND);
  if (channel === undefined) {
    const message = `no collector runs on ${dataDir}; start one (sandscope up), which can delete what it keeps`;
    throw new CollectorError('ERR_DATA_DIR', message);
  }
  const { kind, name } = target;
  channel.send({ type, kind, name } satisfies Which);
  const answer = await channel.receive();
  channel.end();
  if (answer?.type === 'listed' || answer?.type === 'deleted') return (answer as Told).listed;
  const why = typeof answer?.['message'] === 'string' ? answer['message'] : 'the collector disconnected';
  throw new CollectorError('ERR_NOT_FOUND', `${nameOf(target)} was not deleted: ${why}`);
}
