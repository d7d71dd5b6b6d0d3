/** Starts the collector and the local platform as processes, as a user does, and talks to them over HTTP. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CollectorStatus } from '../../collector/src/schema/collector-status.ts';
import { startChild, type Child } from '../../examples/demo/child.ts';

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'sandscope-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Repeats the request every 100 ms until the answer is good. @throws with the last answer when time runs out */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  millis = 240_000,
): Promise<T> {
  const deadline = Date.now() + millis;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (good(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(
    `${what}: not within ${millis} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}

export interface Collector {
  readonly url: string;
  readonly child: Child;
  status(): Promise<CollectorStatus>;
  /** Resolves when every acknowledged span can be queried. */
  settled(): Promise<void>;
}

export async function startCollector(folder: string, port = 0, ...args: string[]): Promise<Collector> {
  return startCollectorWith(folder, port, { args });
}

export async function startCollectorWith(
  folder: string,
  port: number,
  options: {
    readonly args?: readonly string[] | undefined;
    /** Variables in addition to those of this process. */
    readonly environment?: Readonly<Record<string, string>> | undefined;
    /** The program. Default: the one of these sources. */
    readonly main?: string | undefined;
  },
): Promise<Collector> {
  const { args = [], environment = {}, main = source('collector/src/main.ts') } = options;
  const child = startChild({
    name: 'the collector',
    file: main,
    args: ['up', '--port', String(port), '--data', join(folder, 'collector'), ...args],
    isReady: (line) => line.startsWith('sandscope: http'),
    logFile: join(folder, 'collector.log'),
    environment,
  });
  const url = /http:\/\/[^\s/]+/.exec(await child.ready)![0];
  const status = (): Promise<CollectorStatus> => getJson(`${url}/api/v1/status`);
  // Three processes have to start, which takes long if other processes need every core.
  await until('the collector is ready', status, ({ ready }) => ready, 90_000);
  return {
    url,
    child,
    status,
    async settled() {
      await until('the inbox is empty', status, ({ ready, inbox }) => ready && inbox.pendingRequests === 0);
    },
  };
}

export interface FunctionConfig {
  readonly name: string;
  /** Path from the repository's root. */
  readonly source: string;
  readonly timeoutSeconds?: number;
  readonly maxConcurrency?: number;
  readonly region?: string;
  readonly account?: string;
  readonly version?: string;
  readonly goodbyes?: boolean;
  readonly initialization?: 'on-demand' | 'provisioned-concurrency';
  readonly initializedAhead?: number;
  readonly expiry?: Readonly<Record<string, unknown>>;
  readonly environment?: Record<string, string>;
}

export interface PlatformConfig {
  readonly hosts: number;
  readonly idleLimitMillis: number;
  readonly collector: string;
  readonly functions: readonly FunctionConfig[];
}

/** One line of the platform's truth file. */
export interface TruthEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Platform {
  readonly url: string;
  readonly child: Child;
  /** Calls a function, by its name or ARN, through its URL. @returns the body of its answer */
  invoke(name: string, payload: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Deploys a new version of a function. */
  deploy(request: {
    readonly function: string;
    readonly changes?: Readonly<Record<string, unknown>>;
    readonly old?: 'drain' | 'kill';
  }): Promise<void>;
  /** Stops evictions, and resolves when every sandbox is at rest. */
  rest(): Promise<void>;
  truth<T>(): Promise<T>;
  events(): Promise<TruthEvent[]>;
}

export async function startPlatformProcess(folder: string, config: PlatformConfig): Promise<Platform> {
  const configFile = join(folder, 'platform.json');
  const truthFile = join(folder, 'truth.ndjson');
  const functions = config.functions.map((fn) => ({
    handler: 'index.handler',
    memoryMb: 256,
    timeoutSeconds: 10,
    ...fn,
    source: source(fn.source),
  }));
  await writeFile(configFile, JSON.stringify({ ...config, functions }));
  const child = startChild({
    name: 'the local platform',
    file: source('examples/local-platform/src/main.ts'),
    args: ['--config', configFile, '--port', '0', '--truth', truthFile, '--work', join(folder, 'platform')],
    isReady: (line) => line.startsWith('{"listening"'),
    logFile: join(folder, 'platform.log'),
  });
  const { listening: url } = JSON.parse(await child.ready) as { listening: string };
  return {
    url,
    child,
    async invoke(name, payload, headers = {}) {
      const response = await fetch(`${url}/url/${name}/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(payload),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    async deploy(request) {
      const response = await fetch(`${url}/control/deploys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      if (!response.ok)
        throw new Error(`the deploy was answered ${response.status}: ${await response.text()}`);
    },
    async rest() {
      await fetch(`${url}/control/evictions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"paused":true}',
      });
      await until(
        'the platform is at rest',
        () => getJson<{ sandboxes: { state: string }[] }>(`${url}/status`),
        ({ sandboxes }) => sandboxes.every(({ state }) => ['frozen', 'idle', 'down'].includes(state)),
      );
    },
    truth: () => getJson(`${url}/truth`),
    async events() {
      const text = await readFile(truthFile, 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as TruthEvent);
    },
  };
}
