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
    'Two programs are configured apart: the **collector** (the command `sandscope`) by options, and the **SDK** in your ' +
      'functions by environment variables.',
    '## The collector and its commands',
    'Every option can also be given as a variable: `SANDSCOPE_` and its name in capitals. The command line comes first. ' +
      'A repeated option is a list with commas or spaces between in its variable. Sizes are in bytes, or end in `KiB`, ' +
      '`MiB` or `GiB`. A variable `SANDSCOPE_*` that nothing reads is named in the log when the collector starts. ' +
      'An invalid value ends the command with exit code 2 and `ERR_OPTION` ([errors](errors.md)).',
  ];
  for (const { name, summary, options, positionals = [] } of COMMANDS) {
    parts.push(`### ${code(['sandscope', name, ...positionals].join(' '))}`, `${capital(summary)}.`);
    if (options.length > 0)
      parts.push(table(['Option', 'Variable', 'Default', 'Meaning'], options.map(optionRow)));
  }
  parts.push(
    '### Variables without an option',
    'Every user of a machine can read a command line, so secrets are set in variables instead.',
    table(
      ['Variable', 'Default', 'Meaning'],
      DESCRIBED_VARIABLES.map(({ name, help, fallback }) => [
        code(name),
        fallback === undefined ? '' : fallback,
        help,
      ]),
    ),
    '## The SDK',
    'Read once, when the first handler is wrapped. An invalid value is reported once on standard error, and ' +
      'the default is used; the function is not affected. If several variables are listed, the first one that is set counts; ' +
      'headers from all of them are combined.',
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
    'Codes are stable: programs should look at the code, never at the message. The API answers ' +
      '`{"error": {"code", "message", "details"}}` with a status: 4xx means that the same request will fail again, ' +
      '429 and 503 that it may be tried again after the seconds in `Retry-After`. A command says why it failed in one ' +
      'line on standard error and ends with an exit code, 1 where the table names none.',
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
    'Once a handler is wrapped, the SDK throws nothing. Each kind of internal failure is reported once on standard ' +
      'error, in a line that begins with `sandscope:`.',
    table(['Code', 'Meaning', 'What to do'], SDK_ERRORS),
    '## Exit codes',
    table(['Exit code', 'Meaning'], EXIT_CODE_HELP),
  );
  return `${parts.join('\n\n')}\n`;
}
