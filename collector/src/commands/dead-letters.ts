import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/index.ts';
import { badOption, DATA_OPTION, readDataDir } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { DeadLetter } from '../inbox/index.ts';
import { parkedFiles, readLetters, requireDataDirectory, retryNameOf } from '../inbox/index.ts';
import type { Command } from './command.ts';

const REASON_CHARS = 80;

/** Reads the files beside the inbox, so it works whether or not the collector is running. */
export const deadLetters: Command = {
  name: 'dead-letters',
  summary: 'list, show and resend requests that the store or a target rejected permanently',
  positionals: ['[list | show ID | retry', '[FOLDER]]'],
  options: [
    DATA_OPTION,
    { name: 'json', help: 'one line of JSON for each dead letter' },
    { name: 'body', help: 'with show: the request itself, as it was received' },
  ],
  notes: `Dead letters are lines of JSON in DATA/dead-letters/FOLDER, one folder for each target. "retry" hands those of
a folder, or of every folder, to the collector that uses the directory, or to the next one that starts; what is
refused again is set aside again.`,
  run: async (settings) => {
    const [action = 'list', name] = settings.positionals;
    const dataDir = readDataDir(settings);
    requireDataDirectory(dataDir);
    const directory = join(dataDir, 'dead-letters');
    if (action === 'list') list(directory, settings.flag('json'));
    else if (action === 'show') show(directory, name, settings);
    else if (action === 'retry') retry(directory, name);
    else throw badOption(`dead-letters has the actions list, show and retry, not "${action}"`);
  },
};

function list(directory: string, asJson: boolean): void {
  for (const { files } of parkedFiles(directory)) {
    for (const letter of files.flatMap((file) => readLetters(file))) {
      print(asJson ? JSON.stringify(withoutBody(letter)) : lineOf(letter));
    }
  }
}

function show(directory: string, id: string | undefined, settings: Settings): void {
  if (id === undefined)
    throw badOption('dead-letters show needs the ID of a dead letter, as printed by "list"');
  const folder = id.split('/')[0];
  const letters = parkedFiles(directory)
    .filter((parked) => parked.folder === folder)
    .flatMap(({ files }) => files.flatMap((file) => readLetters(file)));
  const letter = letters.findLast((candidate) => candidate.id === id);
  if (letter === undefined)
    throw new CollectorError('ERR_NOT_FOUND', `there is no dead letter ${id} in ${directory}`);
  if (settings.flag('body')) process.stdout.write(Buffer.from(letter.body, 'base64'));
  else
    print(settings.flag('json') ? JSON.stringify(letter) : JSON.stringify(withoutBody(letter), undefined, 2));
}

function retry(directory: string, folder: string | undefined): void {
  const chosen = parkedFiles(directory).filter((parked) => folder === undefined || parked.folder === folder);
  if (folder !== undefined && chosen.length === 0) {
    throw new CollectorError('ERR_NOT_FOUND', `there are no dead letters in ${join(directory, folder)}`);
  }
  let letters = 0;
  for (const file of chosen.flatMap(({ files }) => files)) {
    if (statSync(file).size > 0) letters += readLetters(file).length;
    renameSync(file, retryNameOf(file));
  }
  print(`${letters} ${letters === 1 ? 'dead letter' : 'dead letters'} will be sent again`);
}

function lineOf({ id, parkedAt, target, spans, bytes, reason }: DeadLetter): string {
  const size = spans === undefined ? `${bytes} bytes` : `${spans} spans, ${bytes} bytes`;
  const brief = reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS)}…` : reason;
  return `${id}  ${parkedAt}  ${target}  ${size}  ${brief.replaceAll(/\s+/g, ' ')}`;
}

function withoutBody(letter: DeadLetter): Partial<DeadLetter> {
  const { body: _, ...facts } = letter;
  return facts;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
