import { isAbsolute, resolve } from 'node:path';
import { PlatformError } from './errors.ts';

/** Which idle sandbox serves the next event: the one used last, the one idle for longest, or any. */
export type ReuseOrder = 'most-recent' | 'least-recent' | 'random';
/** Which host gets a new sandbox: the one with the fewest, or any. */
export type Placement = 'spread' | 'random';
/** How hosts are made; `auto` takes namespaces where they are permitted and declares hosts elsewhere. */
export type HostMode = 'auto' | 'namespaces' | 'declared';

/** `AWS_LAMBDA_INITIALIZATION_TYPE` of the sandboxes. */
export type Initialization =
  'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';
/** What becomes of a sandbox whose invocation failed with its process or was out of time. */
export type OnFailure = 'restart' | 'replace';

export interface FunctionConfig {
  readonly name: string;
  /** Absolute path of the entry file: `.ts`, `.mts`, `.js`, `.mjs`, or `.cjs` for CommonJS. */
  readonly source: string;
  /** `module.export`, as Lambda writes it; default `index.handler`. */
  readonly handler: string;
  /** Told to the function; memory is not limited. Default 128. */
  readonly memoryMb: number;
  /** Bounds the handler and what extensions do after it. Default 3. */
  readonly timeoutSeconds: number;
  /** Sandboxes in use at once, past which calls are refused with 429. Default 20. */
  readonly maxConcurrency: number;
  /**
   * Default `on-demand`. Managed instances are never frozen, run several invocations at once, and take no extensions
   * from inside the function.
   */
  readonly initialization: Initialization;
  /** Sandboxes initialised when the platform starts, before anybody called. Default 0. */
  readonly initializedAhead: number;
  /** Invocations at once in one sandbox; more than 1 for managed instances only. Default 1. */
  readonly concurrencyPerSandbox: number;
  /**
   * `restart`, the default, keeps the sandbox with its temporary folder and starts a process in it anew for the next
   * event; `replace` ends it.
   */
  readonly onFailure: OnFailure;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PlatformConfig {
  /** Default 1. */
  readonly hosts: number;
  /** Default `auto`. */
  readonly hostMode: HostMode;
  /** A sandbox idle for longer is evicted, ms; default 300000. */
  readonly idleLimitMillis: number;
  /** Default `most-recent`. */
  readonly reuse: ReuseOrder;
  /** Default `spread`. */
  readonly placement: Placement;
  /** Base URL of an OTLP/HTTP receiver: `OTEL_EXPORTER_OTLP_ENDPOINT` of every sandbox. */
  readonly collector?: string;
  /** The Node executable of the sandboxes (20 or later); default the platform's own. */
  readonly node: string;
  /** Folder of a built `@sandscope/sdk`; default: built from this repository's sources when a function imports it. */
  readonly sdkFolder?: string;
  readonly functions: readonly FunctionConfig[];
}

/** The configuration as it is written in JSON: what has a default may be left out. */
export type PlatformConfigInput = Partial<Omit<PlatformConfig, 'functions'>> & {
  readonly functions: readonly (Partial<FunctionConfig> & Pick<FunctionConfig, 'name' | 'source'>)[];
};

type Fields = Readonly<Record<string, unknown>>;

function fail(field: string, wants: string, value: unknown): never {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  throw new PlatformError('ERR_CONFIG', `${field} must be ${wants}, not ${shown}`);
}

function object(field: string, value: unknown, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(field, 'an object', value);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new PlatformError('ERR_CONFIG', `${field} has no field "${unknown}"; known: ${known.join(', ')}`);
  return value as Fields;
}

function number(field: string, value: unknown, fallback: number, least: number, most: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return fail(field, `a number from ${least} to ${most}`, value);
}

function whole(field: string, value: unknown, fallback: number, least: number, most: number): number {
  if (value !== undefined && !Number.isInteger(value))
    fail(field, `a whole number from ${least} to ${most}`, value);
  return number(field, value, fallback, least, most);
}

function choice<T extends string>(field: string, value: unknown, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  return choices.find((one) => one === value) ?? fail(field, `one of ${choices.join(', ')}`, value);
}

function text(field: string, value: unknown, pattern: RegExp, wants: string): string {
  return typeof value === 'string' && pattern.test(value) ? value : fail(field, wants, value);
}

function url(field: string, value: unknown): string {
  if (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value))
    return value.replace(/\/+$/, '');
  return fail(field, 'an http or https URL', value);
}

function environment(field: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const fields = value as Fields;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(field, 'an object', value);
  for (const [name, one] of Object.entries(fields)) {
    if (typeof one !== 'string') fail(`${field}.${name}`, 'a string', one);
  }
  return fields as Record<string, string>;
}

const FUNCTION_FIELDS = (
  'name source handler memoryMb timeoutSeconds maxConcurrency ' +
  'initialization initializedAhead concurrencyPerSandbox onFailure environment'
).split(' ');
const PLATFORM_FIELDS =
  'hosts hostMode idleLimitMillis reuse placement collector node sdkFolder functions'.split(' ');

function parseFunction(field: string, value: unknown, folder: string): FunctionConfig {
  const given = object(field, value, FUNCTION_FIELDS);
  const path = (of: string, one: unknown): string => resolve(folder, text(of, one, /./, 'a path'));
  const initialization = choice<Initialization>(`${field}.initialization`, given['initialization'], [
    'on-demand',
    'provisioned-concurrency',
    'snap-start',
    'lambda-managed-instances',
  ]);
  const most = initialization === 'lambda-managed-instances' ? 100 : 1;
  return {
    name: text(`${field}.name`, given['name'], /^[\w-]{1,64}$/, 'a name of letters, digits, - and _'),
    source: path(`${field}.source`, given['source']),
    handler: text(
      `${field}.handler`,
      given['handler'] ?? 'index.handler',
      /^[\w-]+(\.[\w$]+)+$/,
      'module.export, such as index.handler',
    ),
    memoryMb: whole(`${field}.memoryMb`, given['memoryMb'], 128, 64, 10_240),
    timeoutSeconds: number(`${field}.timeoutSeconds`, given['timeoutSeconds'], 3, 0.1, 900),
    maxConcurrency: whole(`${field}.maxConcurrency`, given['maxConcurrency'], 20, 1, 1000),
    initialization,
    initializedAhead: whole(`${field}.initializedAhead`, given['initializedAhead'], 0, 0, 100),
    concurrencyPerSandbox: whole(
      `${field}.concurrencyPerSandbox`,
      given['concurrencyPerSandbox'],
      1,
      1,
      most,
    ),
    onFailure: choice(`${field}.onFailure`, given['onFailure'], ['restart', 'replace']),
    environment: environment(`${field}.environment`, given['environment']),
  };
}

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param folder relative paths start here
 * @throws {PlatformError} `ERR_CONFIG` naming the first field that cannot be used
 */
export function parseConfig(value: unknown, folder: string): PlatformConfig {
  const given = object('the configuration', value, PLATFORM_FIELDS);
  const list = given['functions'];
  if (!Array.isArray(list) || list.length === 0) fail('functions', 'a list of at least one function', list);
  const functions = list.map((one, index) => parseFunction(`functions[${index}]`, one, folder));
  const names = functions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new PlatformError('ERR_CONFIG', `functions has two functions named "${twice}"`);
  const { collector, node, sdkFolder } = given;
  const executable = node === undefined ? process.execPath : text('node', node, /./, 'a path');
  return {
    hosts: whole('hosts', given['hosts'], 1, 1, 64),
    hostMode: choice('hostMode', given['hostMode'], ['auto', 'namespaces', 'declared']),
    idleLimitMillis: number('idleLimitMillis', given['idleLimitMillis'], 300_000, 1, 2 ** 31 - 1),
    reuse: choice('reuse', given['reuse'], ['most-recent', 'least-recent', 'random']),
    placement: choice('placement', given['placement'], ['spread', 'random']),
    ...(collector !== undefined && { collector: url('collector', collector) }),
    // A bare name is looked up in PATH.
    node: executable.includes('/') && !isAbsolute(executable) ? resolve(folder, executable) : executable,
    ...(sdkFolder !== undefined && {
      sdkFolder: resolve(folder, text('sdkFolder', sdkFolder, /./, 'a path')),
    }),
    functions,
  };
}
