import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { BACKUP_COMMAND, backUpOffline, backUpOnline } from '../backup/index.ts';
import { badOption, DATA_OPTION, readDataDir } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { askCollector } from '../control/index.ts';
import { requireDataDirectory } from '../inbox/index.ts';
import { makePrivate } from '../process/index.ts';
import type { Command } from './command.ts';

/** The only positional argument, a directory. @throws {CollectorError} `ERR_OPTION` when it is missing. */
export function readDirectory(settings: Settings, command: string): string {
  const [directory] = settings.positionals;
  if (directory === undefined) throw badOption(`sandscope ${command} takes a directory`);
  return resolve(directory);
}

export const backup: Command = {
  name: 'backup',
  summary: 'copy everything a collector keeps, running or not, into an empty directory',
  options: [DATA_OPTION],
  positionals: ['DIR'],
  notes: `A collector that uses DATA keeps receiving; DIR then holds every span it acknowledged before the backup
began. Run the command as the same user, or as root. The backup is complete once it contains backup.json,
which is written last; if that was not reached, the exit code is 5. A ClickHouse server of your own is not
included: use its BACKUP statement.`,
  run: async (settings) => {
    const target = readDirectory(settings, 'backup');
    const dataDir = readDataDir(settings);
    requireDataDirectory(dataDir);
    const report = (message: string): void => void process.stderr.write(`sandscope: ${message}\n`);
    const collector = await askCollector(dataDir, BACKUP_COMMAND);
    // Low priority: the copy can wait, the collector cannot.
    if (collector !== undefined) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const { files, bytes } =
      collector === undefined
        ? await backUpOffline(dataDir, target, report)
        : await backUpOnline(collector, dataDir, target, report);
    await makePrivate(target);
    process.stdout.write(`sandscope: ${files} files, ${bytes} bytes backed up into ${target}\n`);
  },
};
