import { isAbsolute, resolve } from 'node:path';
import { Fields } from './config/fields.ts';
import { checkTechniques } from './config/techniques.ts';
import {
  parseFunction,
  parseFunctionChanges,
  type FunctionConfig,
  type FunctionInput,
} from './config/function.ts';
import { PlatformError } from './errors.ts';
import { parseExpiry, type ExpirySpec } from './expiry/registry.ts';
import { functionArn, isMeant, readFunctionReference } from './function-name.ts';
import { HOST_SCALINGS } from './host-scaling/registry.ts';
import { parsePlacement } from './placement/registry.ts';
import type { PolicySpec } from './policy-registry.ts';
import { parseCodeFetch, type CodeFetchConfig } from './prefetch/code-fetch.ts';
import { parsePrefetch } from './prefetch/registry.ts';
import { parsePrewarm } from './prewarm/registry.ts';
import { parseReuse } from './reuse/registry.ts';
import { RUNTIME_POOLS } from './runtimes/registry.ts';

export type { FunctionConfig } from './config/function.ts';

/** How hosts are created; `auto` uses namespaces if they are permitted and otherwise only declares hosts. */
export type HostMode = 'auto' | 'namespaces' | 'declared';
/** Whether CPU is limited by memory size: never, if the machine allows it, or always (else the platform fails). */
export type CpuLimitMode = 'off' | 'auto' | 'required';
/**
 * The fate of the previous version's sandboxes: `drain` ends idle ones now and the others once they have answered;
 * `kill` ends all of them at once, and their current invocations fail.
 */
export type OldSandboxes = 'drain' | 'kill';

/** A new version of a function while the platform runs. */
export interface DeployRequest {
  /** Its name or ARN. */
  readonly function: string;
  /** Default `drain`. */
  readonly old: OldSandboxes;
  /** Fields of the function that change; without any, its source is staged again. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface PlatformConfig {
  /** Number of hosts per region; with host scaling, at the start and at least. Default 1. */
  readonly hosts: number;
  /** Names of zones; the hosts of each region are in them in turn. Default none: hosts are in no zone. */
  readonly zones: readonly string[];
  /** When hosts are added and removed; default `fixed`. */
  readonly hostScaling: PolicySpec;
  /** Runtimes that wait without a function; absent: none do. */
  readonly runtimePool?: PolicySpec;
  /** Time to fetch code onto a host; absent: code is on every host from the start. */
  readonly codeFetch?: CodeFetchConfig;
  /** Default `auto`. */
  readonly hostMode: HostMode;
  /** Which host gets a new sandbox; default `spread`. */
  readonly placement: string;
  /** Default `off`. */
  readonly cpuLimit: CpuLimitMode;
  /** Period of the CPU quota, ms; default 20, as on AWS. */
  readonly cpuPeriodMillis: number;
  /** Divides the times of expiry laws and of planned deploys. Default 1. */
  readonly timeScale: number;
  /** Seed of all random choices; default another one each time, recorded in the truth. */
  readonly seed?: number;
  /** Base URL of an OTLP/HTTP receiver: `OTEL_EXPORTER_OTLP_ENDPOINT` of every sandbox. */
  readonly collector?: string;
  /** The Node executable of the sandboxes (20 or later); default the platform's own. */
  readonly node: string;
  /** Folder of a built `@sandscope/sdk`; default: built from this repository's sources if a function imports it. */
  readonly sdkFolder?: string;
  readonly functions: readonly FunctionConfig[];
  /** Scheduled deploys. Default none. */
  readonly deploys: readonly (DeployRequest & { readonly afterMillis: number })[];
}

/** The configuration as written in JSON: fields with a default may be left out. */
export type PlatformConfigInput = Partial<Omit<PlatformConfig, 'functions' | 'deploys'>> & {
  readonly functions: readonly FunctionInput[];
  readonly deploys?: readonly (Partial<DeployRequest> & {
    readonly function: string;
    readonly afterMillis: number;
  })[];
  /** Default of functions. Default: one fixed limit, `idleLimitMillis`. */
  readonly expiry?: ExpirySpec | readonly ExpirySpec[];
  /** Short for a fixed limit, ms; default 300000. */
  readonly idleLimitMillis?: number;
  /** Default of functions; `most-recent` if absent. */
  readonly reuse?: string;
  /** Default of functions; `off` if absent. */
  readonly prefetch?: string;
  /** Default of functions; none if absent. */
  readonly prewarm?: PolicySpec | readonly PolicySpec[];
  /** Default of functions; true if absent. */
  readonly goodbyes?: boolean;
  /** Default of functions; `local` if absent. */
  readonly region?: string;
  /** Default of functions; `000000000000` if absent. */
  readonly account?: string;
};

const PLATFORM_FIELDS = (
  'hosts hostMode zones hostScaling runtimePool codeFetch idleLimitMillis expiry reuse prefetch prewarm goodbyes ' +
  'placement cpuLimit cpuPeriodMillis timeScale seed region account collector node sdkFolder functions deploys'
).split(' ');

const DEPLOY_FIELDS = ['function', 'old', 'changes'];

/**
 * Validates a request for a deploy.
 *
 * @param more fields in addition to those of a request
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function parseDeploy(path: string, value: unknown, more: readonly string[] = []): DeployRequest {
  const given = new Fields(path, value, [...DEPLOY_FIELDS, ...more]);
  const changes = given.raw('changes') ?? {};
  if (typeof changes !== 'object' || Array.isArray(changes)) given.fail('changes', 'an object');
  return {
    function: given.text('function', /./, 'the name or ARN of a function'),
    old: given.choice<OldSandboxes>('old', ['drain', 'kill']),
    changes: changes as Record<string, unknown>,
  };
}

function parseFunctions(given: Fields, folder: string): FunctionConfig[] {
  const list = given.raw('functions');
  if (!Array.isArray(list) || list.length === 0)
    return given.fail('functions', 'a list of at least one function');
  if (given.raw('expiry') !== undefined && given.raw('idleLimitMillis') !== undefined)
    throw new PlatformError('ERR_CONFIG', 'idleLimitMillis is a short form of expiry: give only one of them');
  const limitMillis = given.number('idleLimitMillis', 300_000, 1, 2 ** 31 - 1);
  const defaults = {
    region: given.raw('region') ?? 'local',
    account: given.raw('account') ?? '000000000000',
    goodbyes: given.flag('goodbyes', true),
    reuse: parseReuse(given, 'reuse'),
    prefetch: parsePrefetch(given, 'prefetch'),
    prewarm: parsePrewarm('prewarm', given.raw('prewarm')),
    expiry: parseExpiry('expiry', given.raw('expiry') ?? { law: 'fixed', limitMillis }),
  };
  const functions = list.map((one: unknown, index) =>
    parseFunction(`functions[${index}]`, one, { folder, defaults }),
  );
  const arns = functions.map(functionArn);
  const twice = functions.find((one, index) => arns.indexOf(functionArn(one)) !== index);
  if (twice !== undefined)
    throw new PlatformError(
      'ERR_CONFIG',
      `functions has two functions named "${twice.name}" in ${twice.region} of ${twice.account}`,
    );
  return functions;
}

function parseDeploys(
  given: Fields,
  functions: readonly FunctionConfig[],
  folder: string,
): PlatformConfig['deploys'] {
  const fetchesCode = given.raw('codeFetch') !== undefined;
  const list = given.raw('deploys') ?? [];
  if (!Array.isArray(list)) return given.fail('deploys', 'a list');
  return list.map((value: unknown, index) => {
    const path = `deploys[${index}]`;
    const request = parseDeploy(path, value, ['afterMillis']);
    const afterMillis = new Fields(path, value, [...DEPLOY_FIELDS, 'afterMillis']).millis('afterMillis');
    const reference = readFunctionReference(request.function);
    const meant = functions.filter((one) => isMeant(reference, one));
    if (meant.length !== 1)
      throw new PlatformError(
        'ERR_CONFIG',
        `${path}.function must name one function, and ${JSON.stringify(request.function)} matches ${meant.length}`,
      );
    const changed = parseFunctionChanges(`${path}.changes`, request.changes, { folder, before: meant[0]! });
    checkTechniques(`${path}.changes`, changed, { fetchesCode, functions });
    return Object.assign(request, { afterMillis });
  });
}

function parseZones(given: Fields): readonly string[] {
  const zones = given.texts('zones');
  const isName = (zone: string): boolean => /^[\w-]{1,64}$/.test(zone);
  if (zones.every(isName) && new Set(zones).size === zones.length) return zones;
  return given.fail('zones', 'a list of different names of letters, digits, - and _');
}

function checkHosts(given: Fields, hosts: number): void {
  const { maximumHosts } = (given.raw('hostScaling') ?? {}) as { maximumHosts?: unknown };
  if (typeof maximumHosts === 'number' && maximumHosts < hosts)
    throw new PlatformError(
      'ERR_CONFIG',
      `hostScaling.maximumHosts must be at least hosts, ${hosts}, not ${maximumHosts}`,
    );
}

/**
 * Validates a configuration and fills in the defaults.
 *
 * @param folder base of relative paths
 * @throws {PlatformError} `ERR_CONFIG` naming the first invalid field
 */
export function parseConfig(value: unknown, folder: string): PlatformConfig {
  const given = new Fields('', value, PLATFORM_FIELDS);
  const has = (name: string): boolean => given.raw(name) !== undefined;
  const functions = parseFunctions(given, folder);
  const executable = given.text('node', /./, 'a path', process.execPath);
  const zones = parseZones(given);
  const hosts = given.whole('hosts', Math.max(1, zones.length), 1, 64);
  if (hosts < zones.length) given.fail('hosts', `at least the number of zones, ${zones.length}`);
  checkHosts(given, hosts);
  const fetchesCode = has('codeFetch');
  for (const [index, one] of functions.entries())
    checkTechniques(`functions[${index}]`, one, { fetchesCode, functions });
  return {
    hosts,
    zones,
    hostScaling: HOST_SCALINGS.parse('hostScaling', given.raw('hostScaling') ?? { policy: 'fixed' }),
    ...(has('runtimePool') && { runtimePool: RUNTIME_POOLS.parse('runtimePool', given.raw('runtimePool')) }),
    ...(has('codeFetch') && { codeFetch: parseCodeFetch('codeFetch', given.raw('codeFetch')) }),
    hostMode: given.choice<HostMode>('hostMode', ['auto', 'namespaces', 'declared']),
    placement: parsePlacement(given, 'placement'),
    cpuLimit: given.choice<CpuLimitMode>('cpuLimit', ['off', 'auto', 'required']),
    cpuPeriodMillis: given.number('cpuPeriodMillis', 20, 1, 1000),
    timeScale: given.number('timeScale', 1, 0.001, 1e6),
    ...(has('seed') && { seed: given.whole('seed', undefined, 0, Number.MAX_SAFE_INTEGER) }),
    ...(has('collector') && { collector: given.url('collector') }),
    // A bare name is looked up in PATH.
    node: executable.includes('/') && !isAbsolute(executable) ? resolve(folder, executable) : executable,
    ...(has('sdkFolder') && { sdkFolder: resolve(folder, given.text('sdkFolder', /./, 'a path')) }),
    functions,
    deploys: parseDeploys(given, functions, folder),
  };
}
