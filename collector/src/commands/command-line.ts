import { parseArgs } from 'node:util';
import type { Env } from '../config/index.ts';
import {
  badOption,
  describeOptions,
  misspeltVariables,
  OTHER_VARIABLES,
  Settings,
  toParseArgs,
  variableOf,
} from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { Command } from './command.ts';
import { EXIT_CODE_HELP } from './exit-codes.ts';
import { doctor } from './doctor.ts';
import { deadLetters } from './dead-letters.ts';
import { backup } from './backup.ts';
import { deleteCommand } from './delete.ts';
import { importData } from './import.ts';
import { mcp } from './mcp.ts';
import { probe } from './probe.ts';
import { compare } from './compare.ts';
import { query } from './query.ts';
import { instrumentFunction, uninstrumentFunction } from './instrument.ts';
import { layer } from './layer.ts';
import { report } from './report.ts';
import { restore } from './restore.ts';
import { share } from './share.ts';
import { up } from './up.ts';

export const COMMANDS: readonly Command[] = [
  up,
  query,
  mcp,
  doctor,
  probe,
  report,
  compare,
  share,
  importData,
  deleteCommand,
  layer,
  instrumentFunction,
  uninstrumentFunction,
  deadLetters,
  backup,
  restore,
];

export type CommandLine =
  | { readonly kind: 'run'; readonly command: Command; readonly settings: Settings }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/**
 * Reads a command line; options not given there come from the environment, then from the defaults.
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
  const takesMore = command.positionals?.at(-1)?.includes('...') === true;
  const extra = takesMore ? undefined : positionals[command.positionals?.length ?? 0];
  if (extra !== undefined)
    throw badOption(`"${extra}" is not an option; see sandscope ${command.name} --help`);
  const settings = new Settings(values, env, positionals, misspeltVariables(env, knownVariables()));
  return { kind: 'run', command, settings };
}

function parse(args: readonly string[], { options }: Command) {
  try {
    return parseArgs({
      args: withNegativeValues(args, options),
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

/** Turns `--from -15m` into `--from=-15m`: no option begins with a digit, but relative times do (`-15m`). */
function withNegativeValues(args: readonly string[], options: Command['options']): string[] {
  const takesValue = new Set(
    options.flatMap(({ name, value }) => (value === undefined ? [] : [`--${name}`])),
  );
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (/^-\d/.test(arg) && before !== undefined && takesValue.has(before))
      joined.splice(-1, 1, `${before}=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  const lines = COMMANDS.map(({ name, summary }) => `  sandscope ${name.padEnd(width)}${summary}\n`);
  return `sandscope: the servers behind serverless functions\n\n${lines.join('')}\n${helpOf(up)}`;
}

/** Full names of the variables that the command reads. */
export function knownVariables(): string[] {
  const options = COMMANDS.flatMap((command) => command.options.map(({ name }) => variableOf(name)));
  return [...options, ...OTHER_VARIABLES];
}

function helpOf({ name, summary, options, positionals = [], notes }: Command): string {
  const usage = ['sandscope', name, ...positionals, ...(options.length > 0 ? ['[options]'] : [])].join(' ');
  return `${usage}\n${summary}\n\n${describeOptions(options)}  --help, --version\n${notes === undefined ? '' : `\n${notes}\n`}\n${exitCodes()}`;
}

function exitCodes(): string {
  const lines = EXIT_CODE_HELP.map(([code, meaning]) => `  ${code.padEnd(10)}${meaning}\n`);
  return `Exit codes:\n${lines.join('')}`;
}
