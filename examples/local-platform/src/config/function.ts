import { resolve } from 'node:path';
import { parseExpiry, type ExpirySpec } from '../expiry/registry.ts';
import type { FunctionId } from '../function-name.ts';
import { parseReuse } from '../reuse/registry.ts';
import { Fields } from './fields.ts';

/** `AWS_LAMBDA_INITIALIZATION_TYPE` of the sandboxes. */
export type Initialization =
  'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';
/** What becomes of a sandbox whose invocation failed with its process or was out of time. */
export type OnFailure = 'restart' | 'replace';

export interface FunctionConfig extends FunctionId {
  /** `$LATEST`, the default, or the number of a published version. */
  readonly version: string;
  /** Absolute path of the entry file: `.ts`, `.mts`, `.js`, `.mjs`, or `.cjs` for CommonJS. */
  readonly source: string;
  /** `module.export`, as Lambda writes it; default `index.handler`. */
  readonly handler: string;
  /** Told to the function; memory is not limited, CPU where the platform says so. Default 128. */
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
  /**
   * Which version of AWS's runtime client the sandboxes behave like. 3, of Node.js 22 and before: a handler is given a
   * callback and `context.succeed`, `fail` and `done`; one that returns anything but a promise is waited for. 4, of
   * Node.js 24, the default: promises and plain results, callbacks are refused.
   */
  readonly runtimeClient: 3 | 4;
  /** Sandboxes initialised when the platform starts, before anybody called. Default 0. */
  readonly initializedAhead: number;
  /** Invocations at once in one sandbox; more than 1 for managed instances only. Default 1. */
  readonly concurrencyPerSandbox: number;
  /**
   * `restart`, the default, keeps the sandbox with its temporary folder and starts a process in it anew for the next
   * event; `replace` ends it.
   */
  readonly onFailure: OnFailure;
  /** When its sandboxes are ended; several laws act side by side. */
  readonly expiry: readonly ExpirySpec[];
  /** Which of its sandboxes serves the next event. */
  readonly reuse: string;
  /** Whether a sandbox with an extension is told with SIGTERM that it ends; false: it is killed without a word. */
  readonly goodbyes: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Packages that are loaded from where `source` finds them instead of becoming part of the bundle, such as those with
   * native code. Default none.
   */
  readonly external: readonly string[];
}

/** A function as it is written in JSON. */
export type FunctionInput = Partial<Omit<FunctionConfig, 'expiry'>> &
  Pick<FunctionConfig, 'name' | 'source'> & { readonly expiry?: ExpirySpec | readonly ExpirySpec[] };

const ID_FIELDS = ['name', 'region', 'account'];
/** What a deploy can change. */
const CHANGEABLE_FIELDS = (
  'version source handler memoryMb timeoutSeconds maxConcurrency initialization runtimeClient initializedAhead ' +
  'concurrencyPerSandbox onFailure expiry reuse goodbyes environment external'
).split(' ');

/** Of fields that the function leaves out; their values are checked as if the function had them. */
export interface FunctionDefaults {
  readonly region: unknown;
  readonly account: unknown;
  readonly expiry: unknown;
  readonly reuse: unknown;
  readonly goodbyes: unknown;
}

/**
 * @param folder relative paths start here
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function parseFunction(
  path: string,
  value: unknown,
  { folder, defaults }: { readonly folder: string; readonly defaults: FunctionDefaults },
): FunctionConfig {
  const known = [...ID_FIELDS, ...CHANGEABLE_FIELDS];
  // For the message about a field that is not known.
  const own = new Fields(path, value, known);
  const given = new Fields(path, { ...defaults, ...own.values }, known);
  const initialization = given.choice<Initialization>('initialization', [
    'on-demand',
    'provisioned-concurrency',
    'snap-start',
    'lambda-managed-instances',
  ]);
  const most = initialization === 'lambda-managed-instances' ? 100 : 1;
  return {
    name: own.text('name', /^[\w-]{1,64}$/, 'a name of letters, digits, - and _'),
    region: given.text('region', /^[a-z0-9-]{1,32}$/, 'a region such as eu-west-1'),
    account: given.text('account', /^\d{12}$/, 'twelve digits'),
    version: given.text('version', /^(\$LATEST|[1-9]\d*)$/, '$LATEST or a number', '$LATEST'),
    source: resolve(folder, given.text('source', /./, 'a path')),
    handler: given.text(
      'handler',
      /^[\w-]+(\.[\w$]+)+$/,
      'module.export, such as index.handler',
      'index.handler',
    ),
    memoryMb: given.whole('memoryMb', 128, 64, 10_240),
    timeoutSeconds: given.number('timeoutSeconds', 3, 0.1, 900),
    maxConcurrency: given.whole('maxConcurrency', 20, 1, 1000),
    initialization,
    runtimeClient: given.whole('runtimeClient', 4, 3, 4) === 3 ? 3 : 4,
    initializedAhead: given.whole('initializedAhead', 0, 0, 100),
    concurrencyPerSandbox: given.whole('concurrencyPerSandbox', 1, 1, most),
    onFailure: given.choice<OnFailure>('onFailure', ['restart', 'replace']),
    expiry: parseExpiry(given.path('expiry'), given.raw('expiry')),
    reuse: parseReuse(given, 'reuse'),
    goodbyes: given.flag('goodbyes', true),
    environment: given.strings('environment'),
    external: given.texts('external'),
  };
}

/**
 * A function after a deploy.
 *
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function parseFunctionChanges(
  path: string,
  changes: unknown,
  { folder, before }: { readonly folder: string; readonly before: FunctionConfig },
): FunctionConfig {
  const { values } = new Fields(path, changes, CHANGEABLE_FIELDS);
  return parseFunction(path, { ...before, ...values }, { folder, defaults: before });
}
