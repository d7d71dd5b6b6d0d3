import { constants, existsSync } from 'node:fs';
import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ingest } from '../ingest/index.ts';
import type { Store } from '../store/store.ts';
import { walk } from './files.ts';
import type { Tree } from './protocol.ts';

const SHADOW = 'engine/shadow';
const NAME = 'backup';
/** Folder of other files held for a backup. */
const HELD = 'snapshot';
const LETTERS = 'dead-letters';
/** A dead-letter file may be renamed for resending between its listing and its linking. */
const LINK_TRIES = 5;

export interface SnapshotSource {
  readonly dataDir: string;
  readonly ingest: Pick<Ingest, 'whileStoreRests'>;
  /** Absent if the tables are not in the data directory. */
  readonly store: Store | undefined;
}

/** The files of a running collector to copy, held as hard links. */
export interface Snapshot {
  readonly storedTo?: number;
  /** How long inserts were paused. */
  readonly heldMillis?: number;
  readonly trees: readonly Tree[];
}

/**
 * Holds the tables and the dead letters as of a moment at which no insert is running; it copies nothing.
 * `removeSnapshot` releases the space.
 *
 * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE`, `ERR_STORE_REJECTED`; the reason of the signal; an error of the
 *   file system.
 */
export async function takeSnapshot(source: SnapshotSource, signal: AbortSignal): Promise<Snapshot> {
  const { dataDir, ingest, store } = source;
  await removeSnapshot(dataDir); // from one whose removal failed
  if (store === undefined) return { trees: [await holdLetters(dataDir)] };
  const { letters, ...facts } = await ingest.whileStoreRests(async (storedTo) => {
    const start = performance.now();
    await store.freeze(NAME, signal);
    const letters = await holdLetters(dataDir);
    return { storedTo, letters, heldMillis: Math.round(performance.now() - start) };
  });
  const tables = await treeOf(dataDir, join(SHADOW, NAME), 'engine');
  return { ...facts, trees: [tables, letters] };
}

/** Removes a snapshot, or the leftovers of a killed collector. */
export async function removeSnapshot(dataDir: string): Promise<void> {
  for (const path of [SHADOW, HELD]) await rm(join(dataDir, path), { recursive: true, force: true });
}

/** True if `removeSnapshot` would remove something. */
export function isOfSnapshot(path: string): boolean {
  return path === SHADOW || path === HELD;
}

/** Dead-letter files are only appended to, so a link contains everything that was in the file. */
async function holdLetters(dataDir: string): Promise<Tree> {
  const held = join(HELD, LETTERS);
  for (let tries = 1; ; tries++) {
    await mkdir(join(dataDir, held), { recursive: true, mode: 0o700 });
    if (!existsSync(join(dataDir, LETTERS))) return { from: held, to: LETTERS, files: 0 };
    try {
      const { files, directories } = await walk(join(dataDir, LETTERS));
      for (const directory of directories) await mkdir(join(dataDir, held, directory));
      for (const file of files) await linkOrCopy(join(dataDir, LETTERS, file), join(dataDir, held, file));
      return { from: held, to: LETTERS, files: files.length };
    } catch (error) {
      await rm(join(dataDir, held), { recursive: true, force: true });
      if (!isMissing(error) || tries === LINK_TRIES) throw error;
    }
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    if (isMissing(error)) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE); // a link cannot cross to another file system
  });
}

async function treeOf(dataDir: string, from: string, to: string): Promise<Tree> {
  const { files } = await walk(join(dataDir, from));
  return { from, to, files: files.length };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
