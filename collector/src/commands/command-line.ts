import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Env } from '../config/index.ts';
import { badOption, describeOptions, Settings, toParseArgs } from '../config/index.ts';
import { CollectorError } from '../errors.ts';
import type { Command } from './command.ts';
import { deadLetters } from './dead-letters.ts';
import { backup } from './backup.ts';
import { restore } from './restore.ts';
import { up } from './up.ts';

export const COMMANDS: readonly Command[] = [up, deadLetters, backup, restore];

export type CommandLine =
  | { readonly kind: 'run'; readonly command: Command; readonly settings: Settings }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/**
 * What a command line asks for; what it leaves open comes from the environment, then from the defaults.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the option or variable and the value.
 */
export function parseCommandLine(args: readonly string[], env: Env): CommandLine {
  const [name, ...rest] = args;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    if (name === undefined || args.some((arg) => ['--help', '-h'].includes(arg))) {
      return { kind: 'help', text: overview() };
    }
    if (['--version', '-v'].includes(name)) return { kind: 'version' };
    throw badOption(`there is no command "${name}"; see sandscope --help`);
  }
  const { values, positionals } = parse(rest, command);
  if (values['help'] === true) return { kind: 'help', text: helpOf(command) };
  if (values['version'] === true) return { kind: 'version' };
  const extra = positionals[command.positionals?.length ?? 0];
  if (extra !== undefined)
    throw badOption(`"${extra}" is not an option; see sandscope ${command.name} --help`);
  return { kind: 'run', command, settings: new Settings(values, env, positionals) };
}

function parse(args: readonly string[], { options }: Command) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...toParseArgs(options),
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new CollectorError('ERR_OPTION', (error as Error).message, { cause: error });
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  const lines = COMMANDS.map(({ name, summary }) => `  sandscope ${name.padEnd(width)}${summary}\n`);
  return `sandscope: the servers behind serverless functions\n\n${lines.join('')}\n${helpOf(up)}`;
}

function helpOf({ name, summary, options, positionals = [], notes }: Command): string {
  const usage = ['sandscope', name, ...positionals, ...(options.length > 0 ? ['[options]'] : [])].join(' ');
  return `${usage}\n${summary}\n\n${describeOptions(options)}  --help, --version\n${notes === undefined ? '' : `\n${notes}\n`}`;
}

/** The version of this package. */
export function versionOf(): string {
  // Beside the built files, one above the sources.
  const file = new URL(
    import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json',
    import.meta.url,
  );
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
