import { badOption } from '../config/index.ts';
import type { Command } from './command.ts';

const DEFAULT_VIEWER = 'http://127.0.0.1:4318/viewer';

/** Makes a link that has the numbers of a result in it. */
export const share: Command = {
  name: 'share',
  summary: 'a link that has the numbers of a result in it',
  positionals: ['RESULT'],
  options: [
    { name: 'viewer', value: 'URL', help: 'the page that shows it', fallback: DEFAULT_VIEWER },
    { name: 'names', help: 'put names of function and processor in too' },
  ],
  notes: `The numbers are in the part of the address that browsers send to nobody. Addresses, accounts and ids stay behind,
names too unless asked for. The page is /viewer of any collector; its three files can be hosted anywhere.`,
  run: async (settings) => {
    const [file, ...others] = settings.positionals;
    if (file === undefined || others.length > 0) throw badOption('share needs one result file');
    const viewer = settings.text('viewer') ?? DEFAULT_VIEWER;
    const url = URL.parse(viewer);
    if ((url?.protocol !== 'http:' && url?.protocol !== 'https:') || viewer.includes('#'))
      throw badOption(`--viewer is not an http or https URL without a fragment: "${viewer}"`);
    const { readResults } = await import('../report/read-result.ts');
    const { shareLink } = await import('../share/link.ts');
    const [named] = await readResults([file]);
    process.stdout.write(`${await shareLink(named!.result, viewer, settings.flag('names'))}\n`);
  },
};
