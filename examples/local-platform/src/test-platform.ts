import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { FunctionConfig, PlatformConfigInput } from './config.ts';
import { startPlatform, type PlatformHandle } from './platform.ts';
import type { TruthEvent } from './truth.ts';

/** A folder that is removed after the test. */
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

/** A handler that answers only once the given number of calls are in progress, so that calls overlap without timers. */
export const HOLD = `
import { get } from 'node:http';
export const handler = ({ url }) => new Promise((resolve) =>
  get(url, (response) => response.resume().on('end', () => resolve({ pid: process.pid }))));`;

/** A server that answers only once `count` requests have arrived. */
export async function startGate(count: number): Promise<string> {
  const waiting: (() => void)[] = [];
  const server = createServer((_request, response) => {
    waiting.push(() => response.end());
    if (waiting.length === count) for (const open of waiting.splice(0)) open();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
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

type Named<E, Name> = E extends { event: infer One } ? (Name extends One ? E : never) : never;

export interface TestPlatform extends PlatformHandle {
  call(name: string, payload?: unknown): Promise<Answer>;
  events(): Promise<(TruthEvent & { timeUnixMillis: number })[]>;
  /** Events of one kind. */
  eventsOf<Name extends TruthEvent['event']>(name: Name): Promise<Named<TruthEvent, Name>[]>;
  /** Resolves when every sandbox is frozen. */
  atRest(): Promise<void>;
}

/**
 * A platform in this process with the given handlers, or with the functions of the configuration; stopped after the
 * test.
 */
export async function startTestPlatform(
  sources: Readonly<Record<string, string>>,
  config: Partial<PlatformConfigInput> = {},
  ofFunctions: Partial<FunctionConfig> = {},
): Promise<TestPlatform> {
  const folder = await temporaryFolder();
  const functions = (await writeFunctions(folder, sources)).map((one) => Object.assign({}, ofFunctions, one));
  const truthFile = join(folder, 'truth.ndjson');
  const platform = await startPlatform({ hostMode: 'declared', functions, ...config }, { truthFile });
  onTestFinished(() => platform.stop());
  const events = async () =>
    (await readFile(truthFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TruthEvent & { timeUnixMillis: number });
  return {
    ...platform,
    call: (name, payload) => invoke(platform.url, name, payload),
    events,
    eventsOf: async <Name extends TruthEvent['event']>(name: Name) =>
      (await events()).filter(({ event }) => event === name) as unknown as Named<TruthEvent, Name>[],
    atRest: async () => {
      const awake = () =>
        platform.status().filter(({ state }) => !['frozen', 'idle', 'down'].includes(state));
      await expect.poll(awake).toEqual([]);
    },
  };
}

/** The state letter of a process (proc_pid_stat(5)): `T` if stopped. Undefined if it has ended. */
export function processState(pid: number): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Ended, or a zombie that its parent has not reaped yet. */
export function isGone(pid: number): boolean {
  const state = processState(pid);
  return state === undefined || state === 'Z' || state === 'X';
}
