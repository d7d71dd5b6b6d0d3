import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { httpTarget } from '@sandscope/probes/outside';
import type { Target } from '@sandscope/probes/outside';
import { badOption } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';

/** The local platform is an example: part of the repository, but of no package. */
const MAIN = new URL('../../../examples/local-platform/src/main.ts', import.meta.url);

/** With it, the kernel ends the platform even if this process is killed. */
const DIE_WITH_PARENT = existsSync('/usr/bin/setpriv')
  ? ['/usr/bin/setpriv', '--pdeathsig', 'TERM', '--']
  : [];

interface PlatformFile {
  readonly functions?: readonly { readonly name?: string; readonly source?: string }[];
  readonly [field: string]: unknown;
}

export interface LocalPlatform {
  readonly target: Target;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the local platform in a separate process.
 *
 * @param file its configuration
 * @param functionName the function to call; default the first one
 * @throws {CollectorError} `ERR_OPTION` if there is no such platform or configuration, `ERR_PROBE_TARGET` if it does
 *   not start
 */
export async function startLocalPlatform(
  file: string,
  options: {
    readonly functionName?: string;
    readonly timeScale: number;
    readonly seed?: number;
    readonly collector?: string;
    readonly truthFile?: string;
  },
): Promise<LocalPlatform> {
  const main = fileURLToPath(MAIN);
  if (!existsSync(main))
    throw badOption(
      '--local needs the local platform, which is in the repository of Sandscope but not in a package',
    );
  const config = readConfig(file);
  const [first] = config.functions ?? [];
  const functionName = options.functionName ?? first?.name;
  if (functionName === undefined) throw badOption(`${file} has no functions`);
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-probe-'));
  const args = [
    ...(DIE_WITH_PARENT.length > 0 ? [process.execPath] : []),
    main,
    '--config',
    writeConfig(folder, file, config, options),
  ];
  if (options.truthFile !== undefined) args.push('--truth', resolve(options.truthFile));
  const child = spawn(DIE_WITH_PARENT[0] ?? process.execPath, [...DIE_WITH_PARENT.slice(1), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A separate process group: Ctrl-C in the terminal is for the run, which then stops the platform.
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => []),
  ])) as [string?];
  if (line === undefined) {
    rmSync(folder, { recursive: true, force: true });
    throw new CollectorError('ERR_PROBE_TARGET', `the local platform did not start: ${said.trim()}`);
  }
  const { listening } = JSON.parse(line) as { listening: string };
  const target = platformTarget(listening, functionName);
  // Its port is different each time, and not part of the measurement.
  return {
    target: { ...target, describe: () => ({ kind: 'local', name: functionName }) },
    url: listening,
    stop,
  };
}

/** A function of a running local platform, through its Invoke API. */
export function platformTarget(url: string, functionName: string): Target {
  return httpTarget({
    kind: 'local',
    url: `${url}/2015-03-31/functions/{function}/invocations`,
    functionName,
    // A deploy of the same version: existing sandboxes get no more events.
    renew: async (name) => {
      const response = await fetch(`${url}/control/deploys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ function: name, changes: {}, old: 'drain' }),
      });
      if (!response.ok)
        throw new CollectorError(
          'ERR_PROBE_TARGET',
          `the local platform refused a deploy: ${await response.text()}`,
        );
    },
  });
}

function readConfig(file: string): PlatformFile {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PlatformFile;
  } catch (error) {
    throw badOption(`--local names a file that cannot be used: ${(error as Error).message}`);
  }
}

/** The configuration with the run's time scale and seed, and with absolute paths. */
function writeConfig(
  folder: string,
  file: string,
  config: PlatformFile,
  {
    timeScale,
    seed,
    collector,
  }: { readonly timeScale: number; readonly seed?: number; readonly collector?: string },
): string {
  const base = dirname(resolve(file));
  const functions = (config.functions ?? []).map((one) => {
    const { source } = one;
    if (source === undefined || isAbsolute(source)) return one;
    return Object.assign({}, one, { source: resolve(base, source) });
  });
  const path = join(folder, 'platform.json');
  const written = {
    ...config,
    functions,
    timeScale,
    ...(seed !== undefined && { seed }),
    ...(collector && { collector }),
  };
  writeFileSync(path, JSON.stringify(written));
  return path;
}
