import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a child process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program in its own process, with its own temp directory. */
export interface TestChild extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Temp directory of the child; the same after a restart with `folder`. */
  readonly folder: string;
  readonly ended: Promise<ChildEnd>;
  /** Standard output and standard error so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface ChildOptions {
  readonly env?: Record<string, string>;
  /** Temp directory to share with an earlier child; default a new one, removed afterwards. */
  readonly folder?: string;
  /** Node to run it; default this one. */
  readonly node?: string;
  /** File name of the program, default `program.mjs`. */
  readonly file?: string;
  /** Standard input of the child, default none. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** Where the SDK's sources and its bundle are imported from. */
export const SDK_SOURCE = fileURLToPath(new URL('../index.ts', import.meta.url));
export const BOOTSTRAP = fileURLToPath(new URL('test-bootstrap.mjs', import.meta.url));

/** Without it, each child strips the types and compiles the SDK again: three quarters of its start-up cost. */
export const COMPILE_CACHE: Readonly<Record<string, string>> =
  process.env['NODE_COMPILE_CACHE'] === undefined
    ? {}
    : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };

/** Runs `program` unchanged; `SDK` in its text is replaced by the path of the SDK's source. */
export function runProgram(program: string, options: ChildOptions = {}): Promise<TestChild> {
  return start(program, [], options);
}

/** Runs a Lambda runtime with the handler module `program`. */
export function runHandler(
  program: string,
  runtimeApi: string,
  options: ChildOptions = {},
): Promise<TestChild> {
  const env = {
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[7]abc',
    ...options.env,
  };
  return start(program, [BOOTSTRAP], { ...options, env });
}

async function start(program: string, before: string[], options: ChildOptions): Promise<TestChild> {
  const { env = {}, node = process.execPath, file = 'program.mjs' } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sandscope-sdk-')));
  const path = join(folder, file);
  await writeFile(path, program.replaceAll('SDK', SDK_SOURCE));
  const child = spawn(node, [...before, path], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...COMPILE_CACHE,
      TMPDIR: folder,
      NODE_NO_WARNINGS: '1',
      ...env,
    },
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    folder,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
