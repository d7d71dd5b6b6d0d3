import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseConfig, type DeployRequest, type PlatformConfig, type PlatformConfigInput } from './config.ts';
import { openCpuGroups, type CpuGroups } from './cpu/groups.ts';
import { bundleBootstrap, deployFunction } from './deploy.ts';
import { messageOf, PlatformError } from './errors.ts';
import { readFunctionReference } from './function-name.ts';
import { startGuard } from './guard.ts';
import { ofHost } from './host-scaling/region-hosts.ts';
import { startHosts } from './hosts.ts';
import { serveInvocations } from './invoke-api.ts';
import { planDeploys } from './planned-deploys.ts';
import { Scheduler, taskRootOf, type Deployed, type SandboxStatus } from './scheduler.ts';
import { Truth, type TruthSummary } from './truth.ts';

export interface PlatformOptions {
  /** Port of the invoke endpoints on 127.0.0.1; default 0, a free one. */
  readonly port?: number;
  /** NDJSON file of the events; replaced if it exists. Absent: only the summary is kept. */
  readonly truthFile?: string;
  /** Folder for staged functions and logs; default a temporary folder, removed at the end. */
  readonly workFolder?: string;
  /** Base of relative paths in the configuration; default the current folder. */
  readonly configFolder?: string;
  readonly log?: (message: string) => void;
}

export interface PlatformHandle {
  /** Base URL of the invoke endpoints. */
  readonly url: string;
  /** Hosts of all regions together. */
  readonly hosts: { readonly count: number; readonly mode: 'namespaces' | 'declared' };
  /** Whether CPU is limited by memory size, and by which version of cgroups. */
  readonly cpu: { readonly limited: boolean; readonly cgroupVersion?: 1 | 2 };
  truth(): TruthSummary;
  status(): readonly SandboxStatus[];
  /** Stops evictions; those in progress still finish. */
  pauseEvictions(): void;
  resumeEvictions(): void;
  /**
   * Deploys another version of a function; resolves when it takes all events.
   *
   * @throws {PlatformError} `ERR_CONFIG`, also if the request does not match exactly one function; `ERR_DEPLOY`
   */
  deploy(request: Partial<DeployRequest> & Pick<DeployRequest, 'function'>): Promise<Deployed>;
  /** Ends every sandbox and host and removes temporary folders. */
  stop(): Promise<void>;
}

/** @throws {PlatformError} `ERR_CPU_LIMIT` when a limit is required and not possible here */
function limitCpu({ cpuLimit }: PlatformConfig, log: (message: string) => void): CpuGroups | undefined {
  if (cpuLimit === 'off') return undefined;
  const groups = openCpuGroups();
  if (!('refusal' in groups)) return groups;
  const message = `CPU cannot be limited by memory size here: ${groups.refusal}`;
  if (cpuLimit === 'required') throw new PlatformError('ERR_CPU_LIMIT', message);
  log(message);
  return undefined;
}

/**
 * Starts a platform in this process.
 *
 * ```ts
 * const platform = await startPlatform({ functions: [{ name: 'add', source: 'examples/functions/add/index.ts' }] });
 * await fetch(`${platform.url}/url/add/?a=1&b=2`);
 * await platform.stop();
 * ```
 *
 * @throws {PlatformError} `ERR_CONFIG`, `ERR_DEPLOY`, `ERR_HOSTS`, `ERR_CPU_LIMIT`, `ERR_LISTEN`; nothing is left
 *   running then
 */
export async function startPlatform(
  input: PlatformConfigInput,
  { port = 0, truthFile, workFolder, configFolder = '.', log = () => {} }: PlatformOptions = {},
): Promise<PlatformHandle> {
  const config = parseConfig(input, resolve(configFolder));
  const cpuGroups = limitCpu(config, log);
  const folder = workFolder === undefined ? await mkdtemp(join(tmpdir(), 'sandscope-')) : resolve(workFolder);
  await mkdir(join(folder, 'tmp'), { recursive: true });
  const guard = startGuard(workFolder === undefined ? folder : join(folder, 'tmp'), cpuGroups?.folder);
  const undo: (() => Promise<void> | void)[] = [() => guard.stop()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const truth = openTruth(truthFile);
    undo.push(() => truth.close());
    const starting = startHosts({
      count: config.hosts,
      zones: config.zones,
      regions: [...new Set(config.functions.map(({ region }) => region))],
      mode: config.hostMode,
      folder: join(folder, 'tmp'),
      guard,
      log,
    });
    undo.push(async () => (await starting.catch(() => undefined))?.stop());
    const taskRoots = config.functions.map((one) => taskRootOf(folder, one, 1));
    const staged = await Promise.allSettled([
      bundleBootstrap(join(folder, 'bootstrap.mjs')),
      ...config.functions.map((one, index) => deployFunction(one, taskRoots[index]!, config.sdkFolder)),
    ]);
    const hosts = await starting;
    const failed = staged.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    for (const host of hosts.hosts) {
      const { boot } = await host.started;
      truth.record({ event: 'host', ...ofHost(host), mode: hosts.mode, ...boot });
    }
    const scheduler = new Scheduler({
      config,
      seed: config.seed ?? randomInt(2 ** 47),
      taskRoots,
      hosts,
      guard,
      ...(cpuGroups && { cpuGroups }),
      truth,
      folder,
      configFolder: resolve(configFolder),
      log,
    });
    const server = await serveInvocations(scheduler, port);
    scheduler.startAhead();
    undo.push(
      () => server.close(),
      () => scheduler.stop(),
      planDeploys(scheduler, config, log),
    );
    return {
      url: server.url,
      hosts: { count: hosts.hosts.length, mode: hosts.mode },
      cpu: cpuGroups ? { limited: true, cgroupVersion: cpuGroups.version } : { limited: false },
      truth: () => truth.summary(),
      status: () => scheduler.status(),
      pauseEvictions: () => void (scheduler.evictionsPaused = true),
      resumeEvictions: () => void (scheduler.evictionsPaused = false),
      deploy: async (request) => {
        const deployment = scheduler.find(readFunctionReference(request.function));
        if (typeof deployment === 'string')
          throw new PlatformError('ERR_CONFIG', `"${request.function}": ${deployment}`);
        return scheduler.deploy(deployment, request);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openTruth(path: string | undefined): Truth {
  try {
    return new Truth(path);
  } catch (error) {
    throw new PlatformError('ERR_CONFIG', `the truth file cannot be written: ${messageOf(error)}`);
  }
}
