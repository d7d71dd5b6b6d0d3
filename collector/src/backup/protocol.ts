import type { Channel, Message } from '../control/index.ts';
import { CollectorError } from '../errors/errors.ts';

/** The command that requests a backup; the collector answers {@link Accepted}. */
export const BACKUP_COMMAND = 'backup';

/** The inbox may now be copied. */
export interface Accepted extends Message {
  readonly type: 'accepted';
  /** Where the tables are: in the collector's data directory, or in an external ClickHouse. */
  readonly engine: 'embedded' | 'external';
}

/** The inbox has been copied; the collector answers {@link Frozen}. */
export interface Freeze extends Message {
  readonly type: 'freeze';
}

/** The files to copy. They stay unchanged until the connection ends. */
export interface Frozen extends Message {
  readonly type: 'frozen';
  /** The last request of the inbox that is in the tables; absent if the tables are elsewhere. */
  readonly storedTo?: number;
  /** How long inserts were paused. */
  readonly heldMillis?: number;
  readonly trees: readonly Tree[];
}

/** Files to copy: exactly these. */
export interface Tree {
  /** Folder, relative to the data directory. */
  readonly from: string;
  /** The path in the data directory that it represents. */
  readonly to: string;
  /** The number of files: a copy with fewer is incomplete. */
  readonly files: number;
}

/** The snapshot is no longer needed. The collector ends the connection once it is removed. */
export interface Done extends Message {
  readonly type: 'done';
}

/**
 * The next message, which must have the given type.
 *
 * @throws {CollectorError} `ERR_BACKUP` when it has another type, or the other side has disconnected
 */
export async function expectMessage<T extends Message>(channel: Channel, type: T['type']): Promise<T> {
  const message = await channel.receive();
  if (message?.type === type) return message as T;
  if (message === undefined)
    throw new CollectorError('ERR_BACKUP', 'the other side closed the control socket');
  const why = message.type === 'failed' ? String(message['message']) : `unexpected answer: ${message.type}`;
  throw new CollectorError('ERR_BACKUP', why);
}
