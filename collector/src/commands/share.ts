import { badOption } from '../config/index.ts';
import type { Command } from './command.ts';

const DEFAULT_VIEWER = 'http://127.0.0.1:4318/viewer';

/** Makes a link that contains the numbers of a result. */
export const share: Command = {
  name: 'share',
  summary: 'make a link that contains the numbers of a result',
  positionals: ['RESULT'],
  options: [
    { name: 'viewer', value: 'URL', help: 'the page that shows them', fallback: DEFAULT_VIEWER },
    { name: 'names', help: 'include the names of function and processor' },
  ],
  notes: `The numbers are in the fragment of the address, which browsers do not send. Addresses, accounts and ids are left
out, and names unless --names is given. Every collector serves the page at /viewer; its three files can be hosted anywhere.`,
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
