import type { Channel } from '../control/index.ts';
import { CollectorError } from '../errors.ts';
import type { Accepted, Freeze, Frozen } from './protocol.ts';
import { expectMessage } from './protocol.ts';
import type { SnapshotSource } from './snapshot.ts';
import { removeSnapshot, takeSnapshot } from './snapshot.ts';

export interface BackupServiceOptions extends Omit<SnapshotSource, 'store'> {
  /** The tables to hold; undefined when they are elsewhere. @throws {CollectorError} while they cannot be had */
  readonly store: () => SnapshotSource['store'];
  readonly warn: (message: string) => void;
}

/** The collector's side of a backup while it runs: it holds what is to be copied as long as the command is there. */
export class BackupService {
  readonly #options: BackupServiceOptions;
  #isBusy = false;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
  }

  /** Serves one command to its end. @throws {CollectorError} `ERR_BACKUP` when there is another one; its other failures */
  async serve(channel: Channel): Promise<void> {
    if (this.#isBusy) throw new CollectorError('ERR_BACKUP', 'another backup is under way');
    const { dataDir, ingest, warn } = this.#options;
    this.#isBusy = true;
    try {
      const store = this.#options.store();
      const engine = store === undefined ? 'external' : 'embedded';
      channel.send({ type: 'accepted', engine } satisfies Accepted);
      await expectMessage<Freeze>(channel, 'freeze');
      const snapshot = await takeSnapshot({ dataDir, ingest, store }, channel.gone);
      channel.send({ type: 'frozen', ...snapshot } satisfies Frozen);
      await channel.receive(); // that it is done, or nothing any more
    } finally {
      await removeSnapshot(dataDir).catch((error: unknown) => {
        warn(`what was held for a backup cannot be removed: ${(error as Error).message}`);
      });
      this.#isBusy = false;
    }
  }
}
