import { PlatformError } from '../errors.ts';

/** @throws {PlatformError} `ERR_CONFIG`, always */
export function fail(field: string, wants: string, value: unknown): never {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  throw new PlatformError('ERR_CONFIG', `${field} must be ${wants}, not ${shown}`);
}

/** Maximum duration in a policy: three years. */
const MAX_MILLIS = 1e11;

/**
 * Reads the fields of one object of the configuration; each method takes the name of a field and, if it has one, its
 * default.
 *
 * @throws {PlatformError} `ERR_CONFIG` naming the invalid field, from every method
 */
export class Fields {
  readonly #path: string;
  /** The object as given. */
  readonly values: Readonly<Record<string, unknown>>;

  /**
   * @param path name of the object in messages; empty for the configuration itself
   * @param known all fields it may have
   */
  constructor(path: string, value: unknown, known: readonly string[]) {
    const title = path === '' ? 'the configuration' : path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(title, 'an object', value);
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined)
      throw new PlatformError('ERR_CONFIG', `${title} has no field "${unknown}"; known: ${known.join(', ')}`);
    this.#path = path;
    this.values = value as Record<string, unknown>;
  }

  /** The value as given; undefined if absent. */
  raw(name: string): unknown {
    return this.values[name];
  }

  path(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  fail(name: string, wants: string): never {
    return fail(this.path(name), wants, this.raw(name));
  }

  number(name: string, fallback: number | undefined, least: number, most: number): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return this.fail(name, `a number from ${least} to ${most}`);
  }

  whole(name: string, fallback: number | undefined, least: number, most: number): number {
    const value = this.raw(name);
    if (value !== undefined && !Number.isInteger(value))
      this.fail(name, `a whole number from ${least} to ${most}`);
    return this.number(name, fallback, least, most);
  }

  /** A duration in a policy, ms. */
  millis(name: string, fallback?: number): number {
    return this.number(name, fallback, 1, MAX_MILLIS);
  }

  /** @param fallback default the first choice */
  choice<T extends string>(name: string, choices: readonly T[], fallback = choices[0]): T {
    const value = this.raw(name) ?? fallback;
    return choices.find((one) => one === value) ?? this.fail(name, `one of ${choices.join(', ')}`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false');
  }

  text(name: string, pattern: RegExp, wants: string, fallback?: string): string {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'string' && pattern.test(value) ? value : this.fail(name, wants);
  }

  /** A list of strings; empty if absent. */
  texts(name: string): readonly string[] {
    const value = this.raw(name) ?? [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''))
      return value as string[];
    return this.fail(name, 'a list of texts');
  }

  url(name: string): string {
    const value = this.raw(name);
    if (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value))
      return value.replace(/\/+$/, '');
    return this.fail(name, 'an http or https URL');
  }

  /** An object of strings; empty if absent. */
  strings(name: string): Record<string, string> {
    const value = this.raw(name) ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) return this.fail(name, 'an object');
    for (const [key, one] of Object.entries(value)) {
      if (typeof one !== 'string') fail(`${this.path(name)}.${key}`, 'a string', one);
    }
    return value as Record<string, string>;
  }
}
