/** Empty projects outside of the repository, like those of a user who installs the packages. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Output and exit code of a program. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Project implements AsyncDisposable {
  /** Absolute path of the folder. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param type module type of its plain `.js` and `.ts` files */
  static async create(type: 'module' | 'commonjs' = 'commonjs'): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'sandscope-project-')));
    await project.write('package.json', JSON.stringify({ name: 'project', version: '1.0.0', type }));
    return project;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /**
   * Runs a program in the folder, with a separate folder for temporary files. Of this process's environment, only the
   * path is passed on.
   */
  async run(
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const TMPDIR = await mkdtemp(join(this.folder, 'tmp-'));
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { PATH, HOME, TMPDIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** The result of `npm install` of tarballs, without npm and its registry: for packages without dependencies. */
  async unpack(tarballs: ReadonlyMap<string, string>, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const folder = join(this.folder, 'node_modules', name);
      await mkdir(folder, { recursive: true });
      const file = tarballs.get(name) ?? '';
      const { code, stderr } = await this.run('tar', ['xzf', file, '--strip-components=1', '-C', folder]);
      if (code !== 0) throw new Error(`${name} cannot be unpacked: ${stderr}`);
    }
  }

  /** `npm install` of tarballs and of packages by name and version. */
  async install(...what: readonly string[]): Promise<void> {
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    // With the registry and the certificates of the user who runs the tests.
    const env = process.env as Record<string, string>;
    const { code, stdout, stderr } = await this.run('npm', ['install', ...options, ...what], env);
    if (code !== 0) throw new Error(`npm install: ${stderr}${stdout}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
