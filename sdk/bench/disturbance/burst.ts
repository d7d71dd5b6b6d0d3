import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPlatform } from '../../../examples/local-platform/src/platform.ts';
import type { TruthEvent } from '../../../examples/local-platform/src/truth.ts';

/** The variants compared: the bare handler, and wrapped with each way of exporting. */
export const ARMS = ['bare', 'adaptive', 'each'] as const;
export type Arm = (typeof ARMS)[number];

/** One caller that repeatedly calls a function that nobody called before. */
export interface Burst {
  /** Calls that started a sandbox. */
  readonly cold: number;
  /** From each response until the sandbox was free for another call, ms. */
  readonly busyMs: readonly number[];
  /** The same, of the first response of each sandbox. */
  readonly busyAfterColdMs: readonly number[];
}

export interface BurstOptions {
  readonly arm: Arm;
  /** From a response to the next call, ms. */
  readonly gapMs: number;
  readonly calls: number;
  /** Base URL of the receiver. */
  readonly collector: string;
  readonly sdkFolder: string;
}

/**
 * Makes `calls` calls to a separate platform, one after the other.
 *
 * @throws {Error} if a call fails, or the wrapped function did not register its extension
 */
export async function measureBurst({
  arm,
  gapMs,
  calls,
  collector,
  sdkFolder,
}: BurstOptions): Promise<Burst> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-disturbance-'));
  const truthFile = join(folder, 'truth.ndjson');
  const file = new URL(`handlers/${arm === 'bare' ? 'bare' : 'wrapped'}.mjs`, import.meta.url);
  const environment: Record<string, string> = arm === 'bare' ? {} : { SANDSCOPE_FLUSH: arm };
  const functions = [{ name: 'hello', source: fileURLToPath(file), environment }];
  const platform = await startPlatform(
    { hostMode: 'declared', collector, sdkFolder, functions },
    { truthFile },
  );
  const agent = new Agent({ keepAlive: true });
  try {
    const url = `${platform.url}/2015-03-31/functions/hello/invocations`;
    for (let i = 0; i < calls; i += 1) {
      if (i > 0 && gapMs > 0) await sleep(gapMs);
      await call(url, agent);
    }
    // Until the last of them is free.
    while (platform.status().some(({ state }) => state === 'busy')) await sleep(5);
    const { cold, invocations } = platform.truth().functions['hello']!;
    if (invocations !== calls) throw new Error(`${invocations} of ${calls} calls reached the function`);
    return { cold, ...busyTimes(await readFile(truthFile, 'utf8')) };
  } finally {
    agent.destroy();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function call(url: string, agent: Agent): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent }, (response) => {
      const isFine = response.statusCode === 200 && response.headers['x-amz-function-error'] === undefined;
      response.on('error', reject);
      response.on('end', () => (isFine ? resolve() : reject(new Error(`status ${response.statusCode}`))));
      response.resume();
    });
    sent.on('error', reject);
    sent.end('{"name":"world"}');
  });
}

function busyTimes(truth: string): Pick<Burst, 'busyMs' | 'busyAfterColdMs'> {
  const respondedMs = new Map<string, number>();
  const used = new Set<string>();
  const busyMs: number[] = [];
  const busyAfterColdMs: number[] = [];
  for (const line of truth.trim().split('\n')) {
    const one = JSON.parse(line) as TruthEvent & { monotonicMillis: number };
    if (one.event === 'response') respondedMs.set(one.sandbox, one.monotonicMillis);
    else if (one.event === 'freeze') {
      const from = respondedMs.get(one.sandbox);
      respondedMs.delete(one.sandbox);
      if (from === undefined) continue;
      busyMs.push(one.monotonicMillis - from);
      if (!used.has(one.sandbox)) busyAfterColdMs.push(one.monotonicMillis - from);
      used.add(one.sandbox);
    }
  }
  return { busyMs, busyAfterColdMs };
}
