import { resolve } from 'node:path';
import { parseExpiry, type ExpirySpec } from '../expiry/registry.ts';
import type { FunctionId } from '../function-name.ts';
import type { PolicySpec } from '../policy-registry.ts';
import { parsePrefetch } from '../prefetch/registry.ts';
import { parsePrewarm } from '../prewarm/registry.ts';
import { parseReuse } from '../reuse/registry.ts';
import { Fields } from './fields.ts';

/** `AWS_LAMBDA_INITIALIZATION_TYPE` of the sandboxes. */
export type Initialization =
  'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';
/** What happens to a sandbox whose invocation timed out or failed together with its process. */
export type OnFailure = 'restart' | 'replace';

export interface FunctionConfig extends FunctionId {
  /** `$LATEST`, the default, or the number of a published version. */
  readonly version: string;
  /** Absolute path of the entry file: `.ts`, `.mts`, `.js`, `.mjs`, or `.cjs` for CommonJS. */
  readonly source: string;
  /** `module.export`, as Lambda writes it; default `index.handler`. */
  readonly handler: string;
  /** Reported to the function; memory is not limited, CPU only with the platform's `cpuLimit`. Default 128. */
  readonly memoryMb: number;
  /** Limits the handler and the work of extensions after it. Default 3. */
  readonly timeoutSeconds: number;
  /** Maximum number of sandboxes in use at once; further calls are refused with 429. Default 20. */
  readonly maxConcurrency: number;
  /**
   * Default `on-demand`. Managed instances are never frozen, run several invocations at once, and accept no internal
   * extensions.
   */
  readonly initialization: Initialization;
  /**
   * The version of AWS's runtime client that the sandboxes emulate. 3, of Node.js 22 and earlier: a handler gets a
   * callback and `context.succeed`, `fail` and `done`; if it returns anything but a promise, the runtime waits. 4, of
   * Node.js 24, the default: promises and plain results; callbacks are rejected.
   */
  readonly runtimeClient: 3 | 4;
  /** Sandboxes initialised when the platform starts, before any call. Default 0. */
  readonly initializedAhead: number;
  /** Concurrent invocations in one sandbox; more than 1 only for managed instances. Default 1. */
  readonly concurrencyPerSandbox: number;
  /**
   * `restart`, the default, keeps the sandbox with its temporary folder and starts a new process in it for the next
   * event; `replace` ends it.
   */
  readonly onFailure: OnFailure;
  /** When its sandboxes are ended; several laws apply together. */
  readonly expiry: readonly ExpirySpec[];
  /** Which of its sandboxes serves the next event. */
  readonly reuse: string;
  /** Which hosts fetch its code before they need it; only where code is fetched. */
  readonly prefetch: string;
  /** When its sandboxes, or those of its successors, are initialised ahead of a call; several policies act together. */
  readonly prewarm: readonly PolicySpec[];
  /** Whether a sandbox with an extension gets SIGTERM before its end; false: it is killed without notice. */
  readonly goodbyes: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Packages that are loaded from where `source` finds them instead of being bundled, such as those with native code.
   * Default none.
   */
  readonly external: readonly string[];
}

/** A function as written in JSON. */
export type FunctionInput = Partial<Omit<FunctionConfig, 'expiry' | 'prewarm'>> &
  Pick<FunctionConfig, 'name' | 'source'> & {
    readonly expiry?: ExpirySpec | readonly ExpirySpec[];
    readonly prewarm?: PolicySpec | readonly PolicySpec[];
  };

const ID_FIELDS = ['name', 'region', 'account'];
/** What a deploy can change. */
const CHANGEABLE_FIELDS = (
  'version source handler memoryMb timeoutSeconds maxConcurrency initialization runtimeClient initializedAhead ' +
  'concurrencyPerSandbox onFailure expiry reuse prefetch prewarm goodbyes environment external'
).split(' ');

/** Defaults for fields that the function leaves out; validated as if the function had them. */
export interface FunctionDefaults {
  readonly region: unknown;
  readonly account: unknown;
  readonly expiry: unknown;
  readonly reuse: unknown;
  readonly prefetch: unknown;
  readonly prewarm: unknown;
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
  // For the message about an unknown field.
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
    prefetch: parsePrefetch(given, 'prefetch'),
    prewarm: parsePrewarm(given.path('prewarm'), given.raw('prewarm')),
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
