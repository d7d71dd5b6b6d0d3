import type { ParseArgsOptionsConfig } from 'node:util';

/** One option of a command. Its variable is `SANDSCOPE_` and the name in capitals. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** Name of its value in the help; an option without one is a flag. */
  readonly value?: string;
  /** May be given several times; the variable holds the values separated by commas or spaces. */
  readonly multiple?: boolean;
  readonly help: string;
  /** Shown in the help. */
  readonly fallback?: string;
}

const HELP_COLUMN = 29;
const HELP_WIDTH = 100;

export function variableOf(name: string): string {
  return `SANDSCOPE_${name.replaceAll('-', '_').toUpperCase()}`;
}

/** The options as `util.parseArgs` wants them. */
export function toParseArgs(options: readonly Option[]): ParseArgsOptionsConfig {
  return Object.fromEntries(
    options.map(({ name, value, multiple }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple === true },
    ]),
  );
}

/** One paragraph per option, wrapped beside the column of names. */
export function describeOptions(options: readonly Option[]): string {
  return options.map((option) => describeOption(option)).join('');
}

function describeOption({ name, value, multiple, help, fallback }: Option): string {
  const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
  const facts = [variableOf(name), ...(fallback === undefined ? [] : [fallback])].join(', ');
  const words = `${help}${multiple === true ? '; may be repeated' : ''} (${facts})`.split(' ');
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) as string;
    if (line.length + word.length + 1 > HELP_WIDTH - HELP_COLUMN) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  const fits = head.length < HELP_COLUMN - 1;
  const indent = ' '.repeat(HELP_COLUMN);
  return `${fits ? head.padEnd(HELP_COLUMN) : `${head}\n${indent}`}${lines.join(`\n${indent}`)}\n`;
}
