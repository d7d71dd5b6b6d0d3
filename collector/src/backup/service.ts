import type { Channel } from '../control/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { Accepted, Freeze, Frozen } from './protocol.ts';
import { expectMessage } from './protocol.ts';
import type { SnapshotSource } from './snapshot.ts';
import { removeSnapshot, takeSnapshot } from './snapshot.ts';

export interface BackupServiceOptions extends Omit<SnapshotSource, 'store'> {
  /** The tables to hold; undefined if they are elsewhere. @throws {CollectorError} while they are not available */
  readonly store: () => SnapshotSource['store'];
  readonly warn: (message: string) => void;
}

/** The collector's side of an online backup: it holds the files to copy as long as the command is connected. */
export class BackupService {
  readonly #options: BackupServiceOptions;
  #isBusy = false;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
  }

  /**
   * Serves one command to its end. @throws {CollectorError} `ERR_BACKUP` when another one is running; any error of
   * taking the snapshot
   */
  async serve(channel: Channel): Promise<void> {
    if (this.#isBusy) throw new CollectorError('ERR_BACKUP', 'another backup is running');
    const { dataDir, ingest, warn } = this.#options;
    this.#isBusy = true;
    try {
      const store = this.#options.store();
      const engine = store === undefined ? 'external' : 'embedded';
      channel.send({ type: 'accepted', engine } satisfies Accepted);
      await expectMessage<Freeze>(channel, 'freeze');
      const snapshot = await takeSnapshot({ dataDir, ingest, store }, channel.gone);
      channel.send({ type: 'frozen', ...snapshot } satisfies Frozen);
      await channel.receive(); // a message that it is done, or the end of the connection
    } finally {
      await removeSnapshot(dataDir).catch((error: unknown) => {
        warn(`files kept for a backup cannot be removed: ${(error as Error).message}`);
      });
      this.#isBusy = false;
    }
  }
}
