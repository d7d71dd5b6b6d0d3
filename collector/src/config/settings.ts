import { readFileSync } from 'node:fs';
import { CollectorError } from '../errors/errors.ts';
import { variableOf } from './option.ts';

export type Env = Readonly<Record<string, string | undefined>>;

type ParsedValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** A value and its source, for the error that names it. */
export interface Setting {
  readonly text: string;
  /** `--port` or `SANDSCOPE_PORT`. */
  readonly name: string;
}

/**
 * The settings of a command: the command-line option, else the variable, else nothing. Every reader throws a {@link
 * CollectorError} `ERR_OPTION` that names the option or variable and the value.
 */
export class Settings {
  readonly positionals: readonly string[];
  /** Warnings about variables that nothing reads. */
  readonly warnings: readonly string[];
  readonly #values: ParsedValues;
  readonly #env: Env;

  constructor(
    values: ParsedValues,
    env: Env,
    positionals: readonly string[] = [],
    warnings: readonly string[] = [],
  ) {
    this.#values = values;
    this.#env = env;
    this.positionals = positionals;
    this.warnings = warnings;
  }

  /** The same settings, with other values for some options. */
  with(values: Readonly<Record<string, string>>): Settings {
    return new Settings({ ...this.#values, ...values }, this.#env, this.positionals, this.warnings);
  }

  setting(option: string): Setting | undefined {
    const value = this.#values[option];
    if (typeof value === 'string') return { text: value, name: `--${option}` };
    return this.variable(variableOf(option));
  }

  /** A variable that has no option, by its full name. */
  variable(name: string): Setting | undefined {
    const text = this.#env[name];
    return text === undefined || text === '' ? undefined : { text, name };
  }

  text(option: string): string | undefined {
    return this.setting(option)?.text;
  }

  /** Every value of an option that may be repeated; empty when there is none. */
  list(option: string): readonly string[] {
    const values = this.#values[option];
    if (Array.isArray(values) && values.length > 0) return values.map(String);
    return this.#env[variableOf(option)]?.split(/[\s,]+/).filter(Boolean) ?? [];
  }

  flag(option: string): boolean {
    if (this.#values[option] === true) return true;
    const setting = this.variable(variableOf(option));
    if (setting === undefined) return false;
    return this.#oneOf(setting, ['1', 'true', '0', 'false']).match(/1|true/) !== null;
  }

  oneOf<T extends string>(option: string, choices: readonly T[]): T | undefined {
    const setting = this.setting(option);
    return setting && this.#oneOf(setting, choices);
  }

  port(option: string): number | undefined {
    const setting = this.setting(option);
    if (setting === undefined) return undefined;
    const port = /^\d{1,5}$/.test(setting.text) ? Number(setting.text) : Number.NaN;
    if (port <= 65_535) return port;
    throw badOption(`${setting.name} is not a port from 0 to 65535: "${setting.text}"`);
  }

  /** A positive whole number. */
  count(option: string): number | undefined {
    const setting = this.setting(option);
    if (setting === undefined) return undefined;
    const count = /^\d{1,15}$/.test(setting.text) ? Number(setting.text) : Number.NaN;
    if (count > 0) return count;
    throw badOption(`${setting.name} is not a whole number above 0: "${setting.text}"`);
  }

  /** Bytes. */
  size(option: string): number | undefined {
    const setting = this.setting(option);
    if (setting === undefined) return undefined;
    const match = /^(\d{1,15})\s*(|kib|mib|gib)$/i.exec(setting.text);
    const bytes = Number(match?.[1]) * (UNITS[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
    if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
    throw badOption(`${setting.name} is not a size in bytes, KiB, MiB or GiB: "${setting.text}"`);
  }

  /** The content of the file that an option names. */
  file(option: string): string | undefined {
    const setting = this.setting(option);
    return setting && readSetting(setting);
  }

  #oneOf<T extends string>({ text, name }: Setting, choices: readonly T[]): T {
    const choice = choices.find((candidate) => candidate === text.toLowerCase());
    if (choice !== undefined) return choice;
    throw badOption(`${name} is not one of ${choices.join(', ')}: "${text}"`);
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** The content of the file that a setting names. */
export function readSetting({ text, name }: Setting): string {
  try {
    return readFileSync(text, 'utf8');
  } catch (error) {
    throw badOption(`${name} names a file that cannot be read: ${(error as Error).message}`);
  }
}

export function badOption(message: string): CollectorError {
  return new CollectorError('ERR_OPTION', message);
}
