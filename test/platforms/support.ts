/** Examples on the runtimes of their platforms, as processes, with the built SDK as an installed package. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PEERS } from '../interop/peers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The built SDK; the suite's set-up builds it. */
export const SDK_DIST = join(ROOT, 'sdk', 'dist');

/** An example as it would be deployed. */
export interface Staged extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Copies an example into its own folder, with the SDK and its other imports as installed packages.
 *
 * @param packages names; installed in this repository, otherwise among the interop peers
 */
export async function stage(example: string, packages: readonly string[] = []): Promise<Staged> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-platform-'));
  await cp(join(ROOT, 'examples', 'platforms', example), folder, { recursive: true });
  await link(SDK_DIST, join(folder, 'node_modules', '@sandscope', 'sdk'));
  for (const name of packages) {
    const ours = join(ROOT, 'node_modules', name);
    const from = existsSync(ours) ? ours : join(PEERS, name);
    await link(from, join(folder, 'node_modules', name));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await symlink(from, to);
}

/** A runtime that serves HTTP. */
export interface Runtime extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  /** Sends SIGTERM; resolves with how the process ended. */
  stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Starts a runtime with `node`.
 *
 * @param ready matches its output once it serves; a first group is its port
 */
export async function startRuntime(options: {
  readonly folder: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Runtime> {
  const child = spawn(process.execPath, options.args, {
    cwd: options.folder,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: options.folder, NODE_NO_WARNINGS: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in a minute: ${output}`)), 60_000);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = options.ready.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1] ?? options.port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    ended.then(() => reject(new Error(`ended before it was ready: ${output}`)), reject);
  }).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      return { code, signal };
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** A port that was free a moment ago, for runtimes that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
