/** Terminals in a copy of the clone, in which the commands of a page are run. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

export class Terminals {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #open: ChildProcess[] = [];

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#environment = environment;
  }

  /** In a new folder that has what a clone has. */
  static async start(environment: Readonly<Record<string, string>>): Promise<Terminals> {
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-page-'));
    for (const name of ['node_modules', 'examples', 'collector', 'sdk', 'probes', 'package.json'])
      await symlink(join(ROOT, name), join(folder, name));
    return new Terminals(folder, environment);
  }

  /** Standard output of a command. @throws {Error} if it fails */
  async run(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)('bash', ['-c', adapted(command)], {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment },
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout;
  }

  /** A new terminal for a command that goes on; resolves when it shows that it is ready. */
  async open(command: string, ready: RegExp): Promise<ChildProcess> {
    const child = spawn('bash', ['-c', `exec ${adapted(command).trim()}`], {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#open.push(child);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const isReady = (): boolean => {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${said}`);
      return ready.test(said);
    };
    await vi.waitUntil(isReady, { timeout: 240_000, interval: 500 });
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#open.toReversed()) await end(child);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Without `npx`, which does not pass on signals. */
function adapted(command: string): string {
  return command
    .replaceAll('npx node', process.execPath)
    .replaceAll(/(?:npx )?\bsandscope (?=\w)/g, 'node_modules/.bin/sandscope ');
}
