import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { ATTR_FAAS_NAME, ATTR_SANDBOX_ID, ATTR_SANDBOX_ORDINAL } from '@sandscope/probes/semconv';
import type { Channel } from '../control/index.ts';
import { askCollector } from '../control/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import type { Accepted, Frozen } from './protocol.ts';
import { BACKUP_COMMAND, expectMessage } from './protocol.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command of sandscope like a user. */
export function spawnCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code]]): CommandOutcome => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, outcome };
}

export function runCommand(...args: string[]): Promise<CommandOutcome> {
  return spawnCommand(args).outcome;
}

/** A collector as a user starts it. */
export interface RunningCollector {
  readonly child: ChildProcess;
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** @param untilReady false: until its port is open */
export async function startCollector(
  dataDir: string,
  untilReady = true,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningCollector> {
  const child = spawn(process.execPath, [MAIN, 'up', '--port', '0', '--data', dataDir], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url ||= /http:\/\/\S+/.exec(line)?.[0] ?? '';
    if (untilReady ? line === 'sandscope: ready' : url !== '') break;
  }
  child.stdout.resume();
  return {
    child,
    url,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A request with invocations of one sandbox. Each trace id is `serial` and its position, in hexadecimal. */
export function invocationsBody(serial: number, count: number): { body: string; traceIds: string[] } {
  const traceIds: string[] = [];
  const now = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: count }, (_, index) => {
    const id = ((BigInt(serial) << 32n) + BigInt(index) + 1n).toString(16);
    traceIds.push(id.padStart(32, '0'));
    return {
      traceId: id.padStart(32, '0'),
      spanId: id.padStart(16, '0'),
      name: 'loaded',
      kind: 2,
      startTimeUnixNano: String(now + BigInt(index)),
      endTimeUnixNano: String(now + BigInt(index) + 1_000_000n),
      attributes: [{ key: ATTR_SANDBOX_ORDINAL, value: { intValue: String(serial * count + index + 1) } }],
    };
  });
  const attributes = [
    { key: ATTR_FAAS_NAME, value: { stringValue: 'loaded' } },
    { key: ATTR_SANDBOX_ID, value: { stringValue: 'sandbox-1' } },
  ];
  return {
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
    traceIds,
  };
}

/** A load that leaves some CPU time to the collector under test. */
const PAUSE_MILLIS = 20;

/** Sends requests one after the other on each of several lanes until it is stopped. */
export class Load {
  readonly #url: string;
  readonly #lanes: Promise<void>[];
  #serial = 0;
  #isStopped = false;
  /** Trace ids of the requests answered 200. */
  readonly acknowledged = new Set<string>();

  constructor(url: string, lanes = 4) {
    this.#url = url;
    this.#lanes = Array.from({ length: lanes }, () => this.#lane());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#lanes);
  }

  async #lane(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    while (!this.#isStopped) {
      const { body, traceIds } = invocationsBody(++this.#serial, 20);
      try {
        const { ok } = await fetch(`${this.#url}/v1/traces`, { method: 'POST', body, headers });
        if (ok) for (const id of traceIds) this.acknowledged.add(id);
      } catch {
        // The collector was killed: not acknowledged.
      }
      await sleep(PAUSE_MILLIS);
    }
  }
}

/** The content of a snapshot, or its leftovers. */
export function heldFolders(dataDir: string): string[] {
  return ['engine/shadow', 'snapshot'].filter((folder) => existsSync(`${dataDir}/${folder}`));
}

/** A connection that holds a snapshot until it is closed. */
export async function holdSnapshot(dataDir: string): Promise<Channel> {
  const channel = await askCollector(dataDir, BACKUP_COMMAND);
  if (channel === undefined) throw new Error('no collector listens');
  await expectMessage<Accepted>(channel, 'accepted');
  channel.send({ type: 'freeze' });
  await expectMessage<Frozen>(channel, 'frozen');
  expect(heldFolders(dataDir)).toEqual(['engine/shadow', 'snapshot']);
  return channel;
}

export async function nothingHeld(dataDir: string): Promise<void> {
  await expect.poll(() => heldFolders(dataDir), { timeout: 30_000 }).toEqual([]);
}

/** Sends a request; returns the status of the answer. */
export async function post(url: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/traces`, { method: 'POST', body, headers })).status;
}

/** Resolves when no request waits for the store. */
export async function allStored(url: string): Promise<void> {
  const pending = async (): Promise<number> => {
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as CollectorStatus;
    return status.inbox.pendingRequests;
  };
  await expect.poll(pending, { timeout: 30_000 }).toBe(0);
}
