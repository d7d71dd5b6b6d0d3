import { DATA_OPTION, readDataDir } from '../config/index.ts';
import { restore as restoreBackup } from '../backup/index.ts';
import { readDirectory } from './backup.ts';
import type { Command } from './command.ts';

export const restore: Command = {
  name: 'restore',
  summary: 'put a backup into an empty data directory',
  options: [DATA_OPTION],
  positionals: ['DIR'],
  run: async (settings) => {
    const dataDir = readDataDir(settings);
    const { files, bytes } = await restoreBackup(readDirectory(settings, 'restore'), dataDir);
    process.stdout.write(`sandscope: ${files} files, ${bytes} bytes restored into ${dataDir}\n`);
  },
};
