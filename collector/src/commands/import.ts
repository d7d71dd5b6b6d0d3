import { basename } from 'node:path';
import { badOption, DATA_OPTION, readDataDir, readSecurity } from '../config/index.ts';
import type { Option, Settings } from '../config/index.ts';
import { addressOf } from '../control/index.ts';
import type { Fault, ImportFormat, ImportSummary, Sink, Source } from '../import/index.ts';
import { askForDeletion } from '../deletion/index.ts';
import {
  findFiles,
  FORMATS,
  HttpSink,
  importError,
  InboxSink,
  previewImport,
  Progress,
  runImport,
} from '../import/index.ts';
import { DEFAULT_KEY_PATTERNS } from '../redact/index.ts';
import { ASK_OPTIONS } from './ask-collector.ts';
import type { Command } from './command.ts';
import { sendingToken } from './sending-token.ts';

const OPTIONS: readonly Option[] = [
  { name: 'name', value: 'NAME', help: 'the name of the import', fallback: 'that of its first file' },
  { name: 'endpoint', value: 'URL', help: 'the collector to send to' },
  { name: 'token-file', value: 'FILE', help: 'file with the token for that collector' },
  DATA_OPTION,
  {
    name: 'delete',
    value: 'NAME',
    help: 'delete the import of that name from the collector that uses DATA',
  },
  { name: 'dry-run', help: 'show how the first rows are interpreted, and send nothing' },
  {
    name: 'answers',
    help: 'afterwards show answers about cold starts, reuse, evictions and keeping warm',
  },
  ...ASK_OPTIONS.filter(({ name }) => name === 'query-token-file'),
  { name: 'json', help: 'the summary as one line of JSON' },
];

const formatLines = FORMATS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n');

/** Imports recorded data. */
export const importData: Command = {
  name: 'import',
  summary: 'import data recorded elsewhere: logs, traces and tables',
  positionals: ['FORMAT', 'FILE...'],
  options: [...OPTIONS, ...uniqueOptions()],
  notes: `FORMAT is one of
${formatLines}
A FILE may be compressed with gzip or zstd. It may be a folder, which means everything in it, or - for
standard input. Without --endpoint, spans go to the collector that uses DATA, or into DATA for the next one.
Importing the same file again changes nothing, so an interrupted import is simply run again. Exit code 6: a
file has another format; 7: a file cannot be read to its end; 8: the collector does not accept it.`,
  run: async (settings) => {
    const [formatName, ...paths] = settings.positionals;
    const deleted = settings.text('delete');
    if (deleted !== undefined) return deleteImport(settings, deleted);
    const format = FORMATS.find(({ name }) => name === formatName);
    if (format === undefined) {
      const known = FORMATS.map(({ name }) => name).join(', ');
      throw badOption(
        `import needs a format, one of ${known}${formatName === undefined ? '' : `; not "${formatName}"`}`,
      );
    }
    await bringIn(format, await inputOf(format, paths, settings));
  },
};

interface Input {
  readonly sources: readonly Source[];
  readonly settings: Settings;
  readonly defaultName: string;
}

async function inputOf(format: ImportFormat, paths: readonly string[], settings: Settings): Promise<Input> {
  const { remote, name } = format;
  const foreign = FORMATS.find(
    (other) => other !== format && other.remote && settings.flag(other.remote.flag),
  );
  if (foreign?.remote) throw badOption(`--${foreign.remote.flag} only applies to import ${foreign.name}`);
  if (remote === undefined || !settings.flag(remote.flag)) {
    if (paths.length === 0) throw badOption(`import ${name} needs a file, a folder, or - for standard input`);
    return { sources: await findFiles(paths), settings, defaultName: defaultName(paths) };
  }
  if (paths.length > 0) throw badOption(`--${remote.flag} takes no file: "${paths[0]}"`);
  const opened = await remote.open(settings);
  return { sources: [opened.source], settings: opened.settings, defaultName: opened.name };
}

async function bringIn(
  format: ImportFormat,
  { sources, settings, defaultName: called }: Input,
): Promise<void> {
  const progress = new Progress(process.stderr);
  const notice = (message: string): void => {
    progress.clear();
    process.stderr.write(`sandscope: ${message}\n`);
  };
  const name = readName(settings, called);
  if (settings.flag('dry-run')) return preview({ format, sources, name, settings, notice });
  if (settings.flag('answers') && settings.flag('json'))
    throw badOption('--answers prints text: leave out --json, or use sandscope query --json');
  const { sink, endpoint } = await openSink(settings, notice);
  let summary: ImportSummary;
  try {
    const onProgress = progress.update.bind(progress);
    summary = await runImport({ format, sources, name, settings, sink, onProgress, notice });
  } finally {
    progress.clear();
    await sink.close();
  }
  report(summary, sink, settings, notice);
  const { from, to } = summary;
  if (settings.flag('answers') && from !== undefined && to !== undefined) {
    // The server is most of the program, and other imports do not need it.
    const { answersAbout } = await import('./import-answers.ts');
    process.stdout.write(await answersAbout(settings, endpoint, { from, to }, notice));
  }
  requireAll(summary, notice);
}

async function deleteImport(settings: Settings, name: string): Promise<void> {
  const [extra] = settings.positionals;
  if (extra !== undefined) throw badOption(`--delete takes only the name of an import: "${extra}"`);
  const { spans } = await askForDeletion(readDataDir(settings), 'delete', { kind: 'import', name });
  process.stdout.write(`sandscope: ${spans} spans of the import "${name}" deleted\n`);
}

const PREVIEWED = 5;

async function preview(options: Parameters<typeof previewImport>[0]): Promise<void> {
  const { shown, faults } = await previewImport(options, PREVIEWED);
  tellFaults(faults.first, faults.count, options.notice);
  for (const [index, text] of shown.entries()) process.stdout.write(`${index + 1}\n${text}\n`);
  if (shown.length === 0) options.notice('there is nothing to import');
}

function tellFaults(first: readonly Fault[], count: number, notice: (message: string) => void): void {
  for (const { file, line, reason } of first) notice(`${file}, line ${line}: left out, ${reason}`);
  if (count > first.length) notice(`and ${count - first.length} more`);
}

/** Several formats may have an option of the same name; it then means the same. */
function uniqueOptions(): Option[] {
  const options = new Map(
    FORMATS.flatMap(({ options: own = [] }) => own).map((option) => [option.name, option]),
  );
  return [...options.values()];
}

const NAME = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,128}$/u;

function readName(settings: Settings, fallback: string): string {
  const given = settings.setting('name');
  if (given === undefined) return fallback;
  if (NAME.test(given.text)) return given.text;
  throw badOption(`${given.name} is not 1 to 128 characters in one line: "${given.text}"`);
}

function defaultName([first = '-', ...others]: readonly string[]): string {
  const name = first === '-' ? 'standard input' : basename(first).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  return (others.length === 0 ? name : `${name} and ${others.length} more`).slice(0, 128);
}

/** Where spans go, and the collector behind it, if one runs. */
async function openSink(
  settings: Settings,
  warn: (message: string) => void,
): Promise<{ readonly sink: Sink; readonly endpoint?: string }> {
  const dataDir = readDataDir(settings);
  const given = settings.setting('endpoint');
  const endpoint = given === undefined ? await addressOf(dataDir) : endpointOf(given);
  const { ingestTokens, redact = DEFAULT_KEY_PATTERNS } = readSecurity(settings);
  if (endpoint === undefined) return { sink: new InboxSink({ dataDir, redact }) };
  const token = sendingToken(ingestTokens ?? {});
  return { sink: new HttpSink({ endpoint, warn, ...(token && { token }) }), endpoint };
}

function endpointOf({ text, name }: { readonly text: string; readonly name: string }): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/v1\/traces\/?$/, '');
  throw badOption(`${name} is not an http or https URL: "${text}"`);
}

/** Prints the result. */
function report(
  summary: ImportSummary,
  sink: Sink,
  settings: Settings,
  notice: (message: string) => void,
): void {
  const { spans, files, name, broken, firstBroken, rejected, rejectedBecause, from, to } = summary;
  tellFaults(firstBroken, broken, notice);
  if (rejected > 0) notice(`${rejected} spans were not kept: ${rejectedBecause ?? 'no reason was given'}`);
  const range = from === undefined || to === undefined ? '' : `, ${from} to ${to}`;
  process.stdout.write(
    settings.flag('json')
      ? `${JSON.stringify(summary)}\n`
      : `sandscope: ${spans} spans of ${files} ${files === 1 ? 'file' : 'files'} imported into ${sink.where} as "${name}"${range}\n`,
  );
}

/** @throws {CollectorError} when a file was not read */
function requireAll({ failedFiles }: ImportSummary, notice: (message: string) => void): void {
  const [failed, ...others] = failedFiles;
  if (failed === undefined) return;
  for (const { message } of others) notice(message);
  throw importError(failed.code as 'ERR_IMPORT_FORMAT' | 'ERR_IMPORT_INPUT', failed.message);
}
