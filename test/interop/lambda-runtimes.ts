/** AWS's own runtime clients as processes, each on the Node.js that Lambda uses for it, with and without Sandscope. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import {
  startRuntimeApi,
  type InvokeOptions,
  type TestRuntimeApi,
} from '../../sdk/src/testing/test-runtime-api.ts';
import { SDK_DIST } from '../platforms/support.ts';
import { PEERS } from './peers.ts';

/** The layer as it is mounted at `/opt`. */
export const LAYER = fileURLToPath(new URL('../../sdk/layer/dist', import.meta.url));

/** A runtime of AWS Lambda. */
export interface LambdaRuntime {
  readonly name: string;
  /** Major version of the runtime client. */
  readonly client: 3 | 4;
  /** Lambda's name for it: `AWS_EXECUTION_ENV`. */
  readonly execution: string;
  /** The Node.js that runs it, and its arguments. */
  readonly command: readonly [string, ...string[]];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RIC_3 = join(PEERS, 'aws-lambda-ric-3');
const RIC_4 = join(PEERS, 'aws-lambda-ric');
const node = (major: number): string => join(PEERS, `node${major}`, 'bin', 'node');
const client3 = (major: number): LambdaRuntime => ({
  name: `runtime client 3 on Node.js ${major}`,
  client: 3,
  execution: `AWS_Lambda_nodejs${major}.x`,
  command: [node(major), join(RIC_3, 'bin', 'index.mjs')],
});

/** Runtimes, newest first. */
const RUNTIMES: readonly LambdaRuntime[] = [
  {
    name: 'runtime client 4 on Node.js 24',
    client: 4,
    execution: 'AWS_Lambda_nodejs24.x',
    command: [process.execPath, join(RIC_4, 'index.mjs')],
  },
  client3(22),
  client3(20),
];

/** Defines tests once per runtime; those that are not installed are skipped with a line on standard error. */
export function describeOnLambda(
  tests: (runtime: LambdaRuntime) => void,
  wanted: (runtime: LambdaRuntime) => boolean = () => true,
): void {
  for (const runtime of RUNTIMES.filter(wanted)) {
    const addon =
      runtime.client === 3 ? join(RIC_3, 'dist', 'rapid-client.node') : join(RIC_4, 'rapid-client.node');
    const missing = [...runtime.command, addon].find((path) => !existsSync(path));
    if (missing !== undefined)
      process.stderr.write(
        `SKIPPED: ${runtime.name} is not installed (${missing}): run test/interop/install.sh\n`,
      );
    describe.skipIf(missing !== undefined)(`on ${runtime.name}`, () => {
      tests(runtime);
    });
  }
}

/** A deployment package. */
export interface Package extends AsyncDisposable {
  /** `LAMBDA_TASK_ROOT`. */
  readonly folder: string;
}

/**
 * Writes a deployment package.
 *
 * @param files text by path
 * @param packages installed beside it: `@sandscope/sdk`, or packages installed among the peers or in this repository
 */
export async function writePackage(
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = [],
): Promise<Package> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-lambda-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    if (text.startsWith('#!')) await chmod(join(folder, path), 0o755);
  }
  for (const name of packages) {
    const to = join(folder, 'node_modules', name);
    await mkdir(dirname(to), { recursive: true });
    const ofPeers = join(PEERS, name);
    if (name === '@sandscope/sdk') await cp(SDK_DIST, to, { recursive: true });
    else await symlink(existsSync(ofPeers) ? ofPeers : join(ROOT, 'node_modules', name), to);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A sandbox in which a runtime was started. */
export interface LambdaSandbox extends AsyncDisposable {
  readonly api: TestRuntimeApi;
  /** The runtime's answer to an event. */
  invoke(event?: unknown, options?: InvokeOptions): Promise<{ ok: boolean; body: unknown }>;
  /** Resolves with the exit code, or the signal, when the process ends. */
  readonly ended: Promise<number | string>;
  readonly output: () => string;
  stop(): Promise<number | string>;
}

/** Options of a sandbox. */
export interface SandboxOptions {
  readonly runtime: LambdaRuntime;
  readonly folder: string;
  /** Default `index.handler`. */
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Scripts that start the runtime, `AWS_LAMBDA_EXEC_WRAPPER`; default none. */
  readonly wrapper?: string;
}

/** Starts a runtime as Lambda does. */
export async function startSandbox(options: SandboxOptions): Promise<LambdaSandbox> {
  const { runtime, folder, handler = 'index.handler', env = {}, wrapper } = options;
  const api = await startRuntimeApi();
  const temporary = await mkdtemp(join(tmpdir(), 'sandscope-sandbox-'));
  const command = [...runtime.command, ...(runtime.client === 3 ? [handler] : [])];
  const [program, ...args] = wrapper === undefined ? command : [wrapper, ...command];
  const child = spawn(program!, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: temporary,
      NODE_NO_WARNINGS: '1',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler,
      AWS_EXECUTION_ENV: runtime.execution,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[7]abc',
      AWS_REGION: 'eu-west-1',
      // The default is too short for a busy test machine.
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {
    api,
    ended,
    output: () => output,
    async invoke(event = {}, invokeOptions = {}) {
      const { ok, body } = await api.invoke(event, invokeOptions);
      return { ok, body: ok ? JSON.parse(body) : errorOf(body) };
    },
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await api[Symbol.asyncDispose]();
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** A runtime's report of an error, without its stack frames, which name the caller. */
export function errorOf(body: string): Record<string, unknown> {
  const { trace, ...error } = JSON.parse(body) as { trace?: string[] };
  const stack = trace?.findIndex((line) => /^\s+at /.test(line)) ?? -1;
  return { ...error, trace: stack < 0 ? trace : trace?.slice(0, stack) };
}
