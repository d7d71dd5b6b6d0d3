import { resolve } from 'node:path';
import { badOption, DATA_OPTION, readDataDir } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { backUpOffline } from '../backup/index.ts';
import type { Command } from './command.ts';

/** The one directory a command is given. @throws {CollectorError} `ERR_OPTION` when it is missing. */
export function readDirectory(settings: Settings, command: string): string {
  const [directory] = settings.positionals;
  if (directory === undefined) throw badOption(`sandscope ${command} takes a directory`);
  return resolve(directory);
}

export const backup: Command = {
  name: 'backup',
  summary: 'copy everything a stopped collector keeps into an empty directory',
  options: [DATA_OPTION],
  positionals: ['DIR'],
  notes: `The collector must not run meanwhile; senders keep what they cannot send for a while. A ClickHouse
of the operator’s is not in it: that has a BACKUP of its own.`,
  run: async (settings) => {
    const target = readDirectory(settings, 'backup');
    const { files, bytes } = await backUpOffline(readDataDir(settings), target);
    process.stdout.write(`sandscope: ${files} files, ${bytes} bytes backed up into ${target}\n`);
  },
};
