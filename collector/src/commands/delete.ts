import { createInterface } from 'node:readline/promises';
import { badOption, DATA_OPTION, readDataDir } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { askForDeletion, DELETION_KINDS, isDeletionKind, nameOf } from '../deletion/index.ts';
import type { DeletionTarget, Listed } from '../deletion/index.ts';
import type { Command } from './command.ts';

/** Deletes data that a collector received, after showing it. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'delete a function, an import or a run of an experiment from a running collector',
  positionals: ['KIND', 'NAME'],
  options: [
    DATA_OPTION,
    { name: 'dry-run', help: 'show what would be deleted, and delete nothing' },
    { name: 'yes', help: 'delete without asking' },
    { name: 'json', help: 'print what was deleted as one line of JSON' },
  ],
  notes: `KIND is one of ${DELETION_KINDS.join(', ')}. NAME is the name of the function or import, or the id of the run.
The command shows what would be deleted, and asks on a terminal; elsewhere it needs --yes. Only a backup can
bring the data back. Data of a function or a run from before that arrives later is deleted too.`,
  run: async (settings) => {
    const target = readTarget(settings);
    const dataDir = readDataDir(settings);
    const isDry = settings.flag('dry-run');
    const listed = await askForDeletion(dataDir, 'list', target);
    if (isDry) return print(target, listed, false, settings);
    if (!settings.flag('yes')) {
      process.stderr.write(`sandscope: ${sentence(target, listed)}\n`);
      if (!(await isAgreed())) {
        throw badOption(
          process.stdin.isTTY
            ? 'nothing was deleted'
            : 'nothing was deleted: without a terminal, delete needs --yes',
        );
      }
    }
    print(target, await askForDeletion(dataDir, 'delete', target), true, settings);
  },
};

function readTarget(settings: Settings): DeletionTarget {
  const [kind, name] = settings.positionals;
  if (!isDeletionKind(kind)) {
    const known = DELETION_KINDS.join(', ');
    throw badOption(`delete needs one of ${known}${kind === undefined ? '' : `; not "${kind}"`}`);
  }
  if (name === undefined || name === '') throw badOption(`delete ${kind} needs its name`);
  return { kind, name };
}

async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question('Delete it? Only a backup can bring it back. [y/N] ');
  asked.close();
  return /^y(es)?$/i.test(answer.trim());
}

function print(target: DeletionTarget, listed: Listed, deleted: boolean, settings: Settings): void {
  const line = settings.flag('json')
    ? JSON.stringify({ ...target, deleted, ...listed })
    : `sandscope: ${sentence(target, listed)}${deleted ? ': deleted' : '; nothing was deleted'}`;
  process.stdout.write(`${line}\n`);
}

function sentence(target: DeletionTarget, { fromMs, toMs, ...counts }: Listed): string {
  const { spans, invocations, goodbyes, reports, outcomes, sums } = counts;
  const parts = [
    `${spans} spans`,
    `${invocations} invocations`,
    `${goodbyes} goodbyes`,
    `${reports} REPORT lines`,
    `${outcomes} outcomes of idle sandboxes`,
    `${sums} summary rows`,
  ];
  const time = (ms: number): string => new Date(ms).toISOString();
  const range = fromMs === undefined || toMs === undefined ? '' : `, ${time(fromMs)} to ${time(toMs)}`;
  return `${nameOf(target)} has ${parts.join(', ')}${range}`;
}
