import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { FunctionConfig, PlatformConfigInput } from './config.ts';
import { startPlatform, type PlatformHandle } from './platform.ts';
import type { TruthEvent } from './truth.ts';

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-platform-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes handler sources as files; those with `module.exports` become CommonJS. */
export async function writeFunctions(
  folder: string,
  sources: Readonly<Record<string, string>>,
): Promise<{ name: string; source: string }[]> {
  return Promise.all(
    Object.entries(sources).map(async ([name, text]) => {
      const source = join(folder, `${name}.${/\bmodule\.exports\b/.test(text) ? 'cjs' : 'mjs'}`);
      await writeFile(source, text);
      return { name, source };
    }),
  );
}

export interface Answer {
  readonly status: number;
  readonly functionError: string | null;
  /** The JSON of the answer. */
  readonly body: unknown;
}

/** Calls a function the way the AWS SDK does. */
export async function invoke(url: string, name: string, payload: unknown = {}): Promise<Answer> {
  const response = await fetch(`${url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: JSON.stringify(payload),
  });
  const functionError = response.headers.get('x-amz-function-error');
  return { status: response.status, functionError, body: await response.json() };
}

export interface TestPlatform extends PlatformHandle {
  call(name: string, payload?: unknown): Promise<Answer>;
  events(): Promise<(TruthEvent & { timeUnixMillis: number })[]>;
  /** Resolves when every sandbox is frozen. */
  atRest(): Promise<void>;
}

/** A platform in this process with the given handlers, stopped when the test is finished. */
export async function startTestPlatform(
  sources: Readonly<Record<string, string>>,
  config: Partial<PlatformConfigInput> = {},
  ofFunctions: Partial<FunctionConfig> = {},
): Promise<TestPlatform> {
  const folder = await temporaryFolder();
  const functions = (await writeFunctions(folder, sources)).map((one) => Object.assign({}, ofFunctions, one));
  const truthFile = join(folder, 'truth.ndjson');
  const platform = await startPlatform({ hostMode: 'declared', ...config, functions }, { truthFile });
  onTestFinished(() => platform.stop());
  return {
    ...platform,
    call: (name, payload) => invoke(platform.url, name, payload),
    events: async () =>
      (await readFile(truthFile, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TruthEvent & { timeUnixMillis: number }),
    atRest: async () => {
      const awake = () =>
        platform.status().filter(({ state }) => !['frozen', 'idle', 'down'].includes(state));
      await expect.poll(awake).toEqual([]);
    },
  };
}

/** The state letter of a process (proc_pid_stat(5)): `T` when stopped. Undefined when it is gone. */
export function processState(pid: number): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Gone, or dead and only not yet asked for by its parent. */
export function isGone(pid: number): boolean {
  const state = processState(pid);
  return state === undefined || state === 'Z' || state === 'X';
}
