/** Reference pages generated from the sources: `docs/configuration.md` and `docs/errors.md`. */
import { COMMANDS } from '../collector/src/commands/command-line.ts';
import { EXIT_CODE_HELP, EXIT_CODES } from '../collector/src/commands/exit-codes.ts';
import type { Option } from '../collector/src/config/option.ts';
import { variableOf } from '../collector/src/config/option.ts';
import { DESCRIBED_VARIABLES } from '../collector/src/config/variables.ts';
import { ERROR_REMEDIES } from '../collector/src/errors/remedies.ts';
import type { ErrorCode } from '../collector/src/errors/errors.ts';
import { ERROR_CODES } from '../collector/src/errors/errors.ts';
import { SDK_SETTINGS } from '../sdk/src/settings.ts';
import { table } from './markdown-table.ts';

const code = (text: string): string => `\`${text}\``;

function optionRow({ name, value, multiple, help, fallback }: Option): string[] {
  return [
    code(`--${name}${value === undefined ? '' : ` ${value}`}`),
    code(variableOf(name)),
    fallback === undefined ? '' : code(fallback),
    `${help.replaceAll('*', '\\*')}${multiple === true ? '; may be repeated' : ''}`,
  ];
}

/** Every option and variable of the command and of the SDK. */
export function renderConfiguration(): string {
  const parts = [
    '# Configuration',
    '<!-- Written by `node .ci/docs.ts` from the options in collector/src and the list in sdk/src/settings.ts. -->',
    'The **collector** (the command `sandscope`) is configured by options, the **SDK** in your functions by environment ' +
      'variables.',
    '## The collector and its commands',
    'Every option can also be set by an environment variable: `SANDSCOPE_` and its name in capitals. The command line takes ' +
      'precedence. In the variable of an option that may be repeated, separate the values by commas or spaces. Sizes are in ' +
      'bytes, or end in `KiB`, `MiB` or `GiB`. When the collector starts, it logs every variable `SANDSCOPE_*` that it does ' +
      'not know. An option or variable with a wrong value ends the command with exit code 2 and `ERR_OPTION` ' +
      '([errors](errors.md)).',
  ];
  for (const { name, summary, options, positionals = [] } of COMMANDS) {
    parts.push(`### ${code(['sandscope', name, ...positionals].join(' '))}`, `${capital(summary)}.`);
    if (options.length > 0)
      parts.push(table(['Option', 'Variable', 'Default', 'Meaning'], options.map(optionRow)));
  }
  parts.push(
    '### Variables without an option',
    'These hold secrets, or belong to those that do. They have no option, because every user of a machine can read a command line.',
    table(
      ['Variable', 'Default', 'Meaning'],
      DESCRIBED_VARIABLES.map(({ name, help, fallback }) => [
        code(name),
        fallback === undefined ? '' : fallback,
        help,
      ]),
    ),
    '## The SDK',
    'The SDK reads its variables once, when the first handler is wrapped. If a value is wrong, it says so once on standard ' +
      'error and uses the default. The function is never disturbed. Where a row names several variables, the first one that ' +
      'is set counts; headers of all of them are sent.',
    table(
      ['Variable', 'Default', 'Values', 'Meaning'],
      SDK_SETTINGS.map(({ names, fallback, values, help }) => [
        names.map(code).join(', '),
        fallback,
        values,
        help,
      ]),
    ),
  );
  return `${parts.join('\n\n')}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The exit code of a command that ends with an error, if the error has its own. */
function exitCodeOf(error: ErrorCode): string {
  return String(EXIT_CODES[error] ?? '');
}

const SDK_ERRORS: readonly (readonly string[])[] = [
  [
    '`ERR_HANDLER_TYPE`',
    'the argument of `wrap` is not a function',
    'Thrown once, when the module is loaded. Pass the handler itself, not its result.',
  ],
];

/** Every stable error code and exit code. */
export function renderErrors(): string {
  const parts = [
    '# Errors and exit codes',
    '<!-- Written by `node .ci/docs.ts` from ERROR_CODES, ERROR_REMEDIES and EXIT_CODE_HELP in collector/src. -->',
    'Codes are stable, messages are not: let programs look at the code. The API answers ' +
      '`{"error": {"code", "message", "details"}}` with a status: 4xx means that the same request will fail again, ' +
      '429 and 503 that you can try again after the seconds in `Retry-After`. A command that fails says why in one line on ' +
      'standard error. Its exit code is 1 where the table names none.',
  ];
  for (const [heading, remedies] of Object.entries(ERROR_REMEDIES)) {
    parts.push(
      `## ${heading}`,
      table(
        ['Code', 'Meaning', 'What to do', 'Exit code'],
        Object.entries(remedies).map(([error, remedy]) => [
          code(error),
          ERROR_CODES[error as ErrorCode],
          remedy,
          exitCodeOf(error as ErrorCode),
        ]),
      ),
    );
  }
  parts.push(
    '## The SDK',
    'Once a handler is wrapped, the SDK throws nothing. It counts internal failures and reports each kind once on standard ' +
      'error, in a line that begins with `sandscope:`.',
    table(['Code', 'Meaning', 'What to do'], SDK_ERRORS),
    '## Exit codes',
    table(['Exit code', 'Meaning'], EXIT_CODE_HELP),
  );
  return `${parts.join('\n\n')}\n`;
}
