import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Folder of the compared packages: its own `package.json`, its own lockfile. */
export const PEERS_FOLDER = fileURLToPath(new URL('peers', import.meta.url));

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Version of an installed peer; undefined when it is not installed. */
export async function peerVersion(name: string): Promise<string | undefined> {
  try {
    return (await readManifest(join(PEERS_FOLDER, 'node_modules', name))).version;
  } catch {
    return undefined;
  }
}

async function missingPeers(): Promise<string[]> {
  const { dependencies } = await readManifest(PEERS_FOLDER);
  const installed = await Promise.all(Object.keys(dependencies).map(peerVersion));
  return Object.entries(dependencies)
    .filter(([, wanted], i) => installed[i] !== wanted)
    .map(([name]) => name);
}

/**
 * Installs the peers with `npm ci` unless exactly these versions are installed already.
 *
 * @param log called if npm is run
 * @returns why they are not available; undefined if all are installed
 */
export async function installPeers(log: (line: string) => void): Promise<string | undefined> {
  if ((await missingPeers()).length === 0) return undefined;
  log(`installing the peers in ${PEERS_FOLDER} (npm ci)`);
  // If an older Node were first in the path, npm would choose other versions that support it.
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  let failure: string | undefined;
  try {
    await promisify(execFile)('npm', args, {
      cwd: PEERS_FOLDER,
      env: { ...process.env, PATH: path },
      timeout: 300_000,
    });
  } catch (error) {
    failure = errorLines((error as { stderr?: string }).stderr ?? '') || String(error);
  }
  const missing = await missingPeers();
  if (missing.length === 0) return undefined;
  return `${missing.length} packages are not installed (${missing[0]}, …)${failure === undefined ? '' : `: ${failure}`}`;
}

/** npm's error message, without the location of its log. */
function errorLines(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !line.includes('complete log'))
    .map((line) => line.slice('npm error '.length))
    .join('; ')
    .slice(0, 300);
}
