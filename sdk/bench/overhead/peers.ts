import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Folder with what is compared: its own `package.json`, its own lockfile. */
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
 * Installs the peers with `npm ci` unless the very versions are there already.
 *
 * @param log told when npm is run
 * @returns why they cannot be had; undefined when all are installed
 */
export async function installPeers(log: (line: string) => void): Promise<string | undefined> {
  if ((await missingPeers()).length === 0) return undefined;
  log(`installing the peers in ${PEERS_FOLDER} (npm ci)`);
  // An older Node, first in the path, would pick other versions of what it supports.
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

/** What npm says is wrong, without where it wrote its log. */
function errorLines(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !line.includes('complete log'))
    .map((line) => line.slice('npm error '.length))
    .join('; ')
    .slice(0, 300);
}
