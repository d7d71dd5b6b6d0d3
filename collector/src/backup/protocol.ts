import type { Channel, Message } from '../control/index.ts';
import { CollectorError } from '../errors.ts';

/** The command a backup is asked for with; the collector answers {@link Accepted}. */
export const BACKUP_COMMAND = 'backup';

/** The inbox may be copied now. */
export interface Accepted extends Message {
  readonly type: 'accepted';
  /** Where the tables are: with the collector, or in a ClickHouse of the operator's. */
  readonly engine: 'embedded' | 'external';
}

/** The inbox has been copied; the collector answers {@link Frozen}. */
export interface Freeze extends Message {
  readonly type: 'freeze';
}

/** What is to be copied. It stays as it is until the connection ends. */
export interface Frozen extends Message {
  readonly type: 'frozen';
  /** The last request of the inbox that is in the tables; absent when those are elsewhere. */
  readonly storedTo?: number;
  /** How long nothing was put into the tables for it. */
  readonly heldMillis?: number;
  readonly trees: readonly Tree[];
}

/** Files to copy, all of them and no others. */
export interface Tree {
  /** Folder, from the data directory. */
  readonly from: string;
  /** What it stands for in the data directory. */
  readonly to: string;
  /** How many there are: a copy with fewer has missed some. */
  readonly files: number;
}

/** Nothing needs to be held any longer. The collector ends the connection when nothing is. */
export interface Done extends Message {
  readonly type: 'done';
}

/**
 * The next message, which has to be of a type.
 *
 * @throws {CollectorError} `ERR_BACKUP` when it is not, or the other side has gone
 */
export async function expectMessage<T extends Message>(channel: Channel, type: T['type']): Promise<T> {
  const message = await channel.receive();
  if (message?.type === type) return message as T;
  if (message === undefined)
    throw new CollectorError('ERR_BACKUP', 'the other side of the control socket went away');
  const why = message.type === 'failed' ? String(message['message']) : `${message.type} is no answer to that`;
  throw new CollectorError('ERR_BACKUP', why);
}
