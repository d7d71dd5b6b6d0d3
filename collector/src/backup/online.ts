import { join } from 'node:path';
import type { Channel } from '../control/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { copyInbox, detachInboxCopy, INBOX_FILE } from '../inbox/index.ts';
import { makeDirectory } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';
import type { Entries, ToCopy } from './files.ts';
import { copyAll, digest, readLinks, requireEmpty, syncFile, walk } from './files.ts';
import type { BackupSummary } from './manifest.ts';
import { writeManifest } from './manifest.ts';
import type { Report } from './progress.ts';
import { progressOf } from './progress.ts';
import type { Accepted, Done, Freeze, Frozen, Tree } from './protocol.ts';
import { expectMessage } from './protocol.ts';

const ENGINE = 'engine';
/** A collector that takes longer to remove its links does so after this process has ended. */
const LET_GO_MILLIS = 30_000;
/**
 * Non-part files in the folder of a table or database: parts are in the snapshot. Insert tokens of the old store are
 * not needed either.
 */
const DEFINITION = /^(?:format_version\.txt|mutation_\d+\.txt|.+\.sql|detached)$/;

/**
 * Copies the data of a running collector while it continues. This process does the work; the collector only stops
 * inserting spans into its tables for the moment in which it links their files.
 *
 * The inbox is copied first. Requests that reached the tables since then are marked as done in its copy, so that a
 * restored collector has each request once, either in the tables or still to be inserted. The list of the files with
 * their checksums is written last.
 *
 * @param channel to the collector, which was already asked for a backup
 * @throws {CollectorError} `ERR_BACKUP` when the target is not empty or not writable, or the collector refuses or ends
 *   meanwhile.
 */
export async function backUpOnline(
  channel: Channel,
  dataDir: string,
  target: string,
  report: Report = () => undefined,
): Promise<BackupSummary> {
  try {
    await requireEmpty(target);
    const { engine } = await expectMessage<Accepted>(channel, 'accepted');
    report('copying the inbox');
    makeDirectory(target);
    copyInbox(join(dataDir, INBOX_FILE), join(target, INBOX_FILE));
    report(engine === 'embedded' ? 'holding the tables' : 'holding the dead letters');
    channel.send({ type: 'freeze' } satisfies Freeze);
    const { storedTo, heldMillis, trees } = await expectMessage<Frozen>(channel, 'frozen');
    if (heldMillis !== undefined) report(`inserts into the tables were paused for ${heldMillis} ms`);
    detachInboxCopy(join(target, INBOX_FILE), storedTo);
    const summary = await copyRest({ dataDir, target, trees, gone: channel.gone, report }, engine);
    if (engine === 'external') {
      report('the spans that are stored are in your ClickHouse, which has a BACKUP of its own');
    }
    return summary;
  } catch (error) {
    const why = channel.gone.aborted && !(error instanceof CollectorError) ? gone() : error;
    throw asBackupError(why, `the backup into ${target} failed`);
  } finally {
    await letGo(channel);
  }
}

/** Resolves when the collector has released all links, so that nobody finds leftovers of a finished command. */
async function letGo(channel: Channel): Promise<void> {
  channel.send({ type: 'done' } satisfies Done);
  const timer = setTimeout(() => channel.end(), LET_GO_MILLIS);
  while ((await channel.receive()) !== undefined);
  clearTimeout(timer);
  channel.end();
}

interface Rest {
  readonly dataDir: string;
  readonly target: string;
  readonly trees: readonly Tree[];
  readonly gone: AbortSignal;
  readonly report: Report;
}

async function copyRest(
  { dataDir, target, trees, gone: signal, report }: Rest,
  engine: Accepted['engine'],
): Promise<BackupSummary> {
  const definitions: Entries =
    engine === 'embedded' ? await walkDefinitions(dataDir) : { files: [], links: [], directories: [] };
  const toCopy: ToCopy[] = definitions.files.map((path) => ({ from: join(dataDir, path), path }));
  const directories = new Set(definitions.directories);
  for (const { from, to, files } of trees) {
    const entries = await walk(join(dataDir, from));
    if (entries.files.length !== files) throw gone();
    for (const path of entries.files) toCopy.push({ from: join(dataDir, from, path), path: join(to, path) });
    for (const path of entries.directories) directories.add(join(to, path));
  }
  for (const directory of directories) makeDirectory(join(target, directory));
  const copied = await copyAll(toCopy, target, progressOf(toCopy.length, report), signal);
  await syncFile(join(target, INBOX_FILE));
  const inbox = { path: INBOX_FILE, ...(await digest(join(target, INBOX_FILE))) };
  return writeManifest(target, {
    files: [inbox, ...copied],
    links: await readLinks(dataDir, definitions.links),
    directories: [...directories],
  });
}

/** The files that define the tables: created once at the start, unchanged while the collector runs. */
async function walkDefinitions(dataDir: string): Promise<Entries> {
  const found = await walk(join(dataDir, ENGINE), (path) => {
    const [top = '', , , name, below] = path.split('/');
    if (top === 'metadata' || top === 'data') return true;
    return top === 'store' && below === undefined && (name === undefined || DEFINITION.test(name));
  });
  const within = (paths: readonly string[]): string[] => paths.map((path) => join(ENGINE, path));
  return {
    files: within(found.files),
    links: within(found.links),
    directories: within(found.directories),
  };
}

function gone(): CollectorError {
  return new CollectorError('ERR_BACKUP', 'the collector ended while it was being backed up');
}
