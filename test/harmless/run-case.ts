/** Runs the handlers of this folder while one of the functions that Sandscope calls fails. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BOOTSTRAP } from '../../sdk/src/testing/test-child.ts';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { startRuntimeApi } from '../../sdk/src/testing/test-runtime-api.ts';

export const MODES = ['extension', 'sync', 'batch', 'waitUntil', 'stdout'] as const;
export type Mode = (typeof MODES)[number];

/** How a call fails: it throws, it returns nonsense, or it never does its work. */
export const FAULTS = ['throw', 'nonsense', 'silence'] as const;

export interface Fault {
  /** A built-in Node function, such as `fs.readSync` or `net.Socket.prototype.connect`. */
  readonly name: string;
  readonly how: (typeof FAULTS)[number];
}

/** The observable result of a run. */
export interface Seen {
  /** The callers' answers, in order. */
  readonly answers: readonly string[];
  /** How the process ended. */
  readonly end: string;
  readonly stderr: string;
  /** Names of the recorded invocations. */
  readonly spanNames: readonly string[];
}

const SDK = fileURLToPath(new URL('../../sdk/dist', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { ways } = createRequire(import.meta.url)('./handler.cjs') as { ways: string[] };
const LONGEST_MS = 20_000;

interface Started {
  readonly ended: Promise<string>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
}

type Environment = Record<string, string> & { readonly TMPDIR: string };

/** The folder of the run is also its working directory: a nonsense path names a file there, not in the project. */
function start(args: readonly string[], env: Environment): Started {
  const child = spawn(process.execPath, args, {
    cwd: env.TMPDIR,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<string>((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      resolve(signal ?? `exit ${code}`);
    });
  });
  return { ended, stdout: () => stdout, stderr: () => stderr, kill: (signal) => child.kill(signal) };
}

interface Options {
  readonly mode: Mode;
  /** False runs the bare handlers. */
  readonly wrapped?: boolean;
  readonly fault?: Fault;
  /** File to which the names of all functions that Sandscope calls are appended. */
  readonly discover?: string;
}

/** Runs the handlers once. */
export async function run({ mode, wrapped = true, fault, discover }: Options): Promise<Seen> {
  await using collector = await startCollector();
  const folder = await mkdtemp(join(tmpdir(), 'harmless-'));
  try {
    const env: Environment = {
      TMPDIR: folder,
      SDK: wrapped ? SDK : '',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      SANDSCOPE_EXPORT: mode,
      // Long enough for a busy machine, short enough to wait for if nothing answers.
      SANDSCOPE_EXPORT_TIMEOUT_MILLIS: '1000',
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '1000',
      ...(fault && { HARMLESS_FAIL: fault.name, HARMLESS_HOW: fault.how }),
      ...(discover && { HARMLESS_DISCOVER: discover }),
    };
    const seen = await (mode === 'extension' ? runInRuntime(env) : runByItself(env));
    const lines = seen.stdout.split('\n').filter((line) => line.startsWith('{"resourceSpans"'));
    const spans = collector.spans.map((span) => span.name);
    const printed = lines.flatMap((line) =>
      Array.from(line.matchAll(/"kind":2,"name":"(\w+)"/g), ([, name]) => name!),
    );
    return { answers: seen.answers, end: seen.end, stderr: seen.stderr, spanNames: [...spans, ...printed] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Raw = Omit<Seen, 'spanNames'> & { readonly stdout: string };

async function runByItself(env: Environment): Promise<Raw> {
  const child = start(['--require', here('instrument.cjs'), here('program.cjs')], env);
  const end = await child.ended;
  const answers = child
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('answer '));
  return { answers, end, stderr: child.stderr(), stdout: child.stdout() };
}

async function runInRuntime(env: Environment): Promise<Raw> {
  await using api = await startRuntimeApi();
  const child = start(['--require', here('instrument.cjs'), BOOTSTRAP, here('handler.cjs')], {
    ...env,
    AWS_LAMBDA_RUNTIME_API: api.address,
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[1]abc',
  });
  const answers: string[] = [];
  for (const round of [1, 2]) {
    for (const way of ways) {
      // Every request is answered, and afterwards the sandbox is free again.
      const { ok, body } = await api.invoke(
        { way, n: round },
        { first: round === 1 ? 'runtime' : 'extension' },
      );
      answers.push(`${round} ${way}: ${ok} ${body}`);
      await api.idle();
    }
  }
  child.kill('SIGTERM');
  return { answers, end: await child.ended, stderr: child.stderr(), stdout: '' };
}

/** The built-in Node functions that Sandscope calls in that mode, found by running it. */
export async function discoverCalls(mode: Mode): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'harmless-calls-'));
  try {
    const file = join(folder, 'calls');
    await run({ mode, discover: file });
    return [...new Set((await readFile(file, 'utf8')).trim().split('\n'))].sort();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
