/**
 * Evictions without a goodbye: no extension is registered, so a sandbox is killed without a word, as on Lambda. What
 * the collector concludes from the calls that passed a sandbox over is held against the platform's truth.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  until,
  type Collector,
  type Platform,
} from '../support/stack.ts';

interface Eviction {
  sandbox: string;
  state: string;
  after: string;
  before: string;
}
interface Sandbox {
  id: string;
  instance: string;
  state: string;
}

const IDLE_LIMIT_MS = 2_500;

describe('evictions without a goodbye', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let platform: Platform;
  let sandboxes: Sandbox[];
  let evictions: Eviction[];
  /** By log stream: when the platform evicted it, ms since the epoch. */
  const evictedAt = new Map<string, number>();

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path);
    platform = await startPlatformProcess(folder.path, {
      hosts: 1,
      idleLimitMillis: IDLE_LIMIT_MS,
      collector: collector.url,
      functions: [
        {
          name: 'burn',
          source: 'examples/functions/burn/index.ts',
          environment: { SANDSCOPE_EXPORT: 'sync' },
        },
      ],
    });
    const burst = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 4 }, () => platform.invoke('burn', { milliseconds: 60 })));
    const evicted = async (): Promise<number> =>
      (await platform.truth<{ total: { evicted: number } }>()).total.evicted;
    // Each round: a burst, its repetition within the idle limit, then idleness until all of it is gone.
    for (let round = 1; round <= 6; round += 1) {
      await burst();
      await burst();
      const before = await evicted();
      if (round === 6) break;
      await until('sandboxes are evicted', evicted, (count) => count >= before + 4);
      // Calls that came at the very moment of an eviction would put each into the tail of its interval.
      await sleep(IDLE_LIMIT_MS / 2);
    }
    const atRest = new Date().toISOString();
    await platform.rest();
    await collector.settled();
    ({ sandboxes } = await getJson<{ sandboxes: Sandbox[] }>(
      `${collector.url}/api/v1/sandboxes?from=-1h&to=${atRest}&limit=500`,
    ));
    ({ evictions } = await getJson<{ evictions: Eviction[] }>(
      `${collector.url}/api/v1/evictions?from=-1h&to=${atRest}&limit=500`,
    ));
    const events = await platform.events();
    const streams = new Map(
      events
        .filter(({ event }) => event === 'birth')
        .map((birth) => [birth['sandbox'], birth['logStream'] as string]),
    );
    for (const { event, sandbox, timeUnixMillis } of events) {
      if (event === 'evict') evictedAt.set(streams.get(sandbox)!, timeUnixMillis as number);
    }
  }, 120_000);

  afterAll(async () => {
    await platform?.child.stop();
    await collector?.child.stop();
    await folder?.remove();
  });

  it('heard no goodbye', () => {
    expect(evictedAt.size).toBeGreaterThanOrEqual(20);
    expect(sandboxes.filter(({ state }) => state === 'confirmed')).toEqual([]);
  });

  it('declares nothing evicted that was not', () => {
    const declared = sandboxes.filter(({ state }) => state === 'evicted').map(({ instance }) => instance);
    expect(declared.length).toBeGreaterThan(0);
    expect(declared.filter((instance) => !evictedAt.has(instance))).toEqual([]);
  });

  it('suspects or declares most of what was, in an interval that holds the moment', () => {
    const gone = sandboxes.filter(({ instance }) => evictedAt.has(instance));
    const found = gone.filter(({ state }) => state === 'evicted' || state === 'suspected');
    expect(found.length / gone.length).toBeGreaterThan(0.5);
    for (const { sandbox, after, before } of evictions) {
      const instance = sandboxes.find(({ id }) => id === sandbox)!.instance;
      const moment = evictedAt.get(instance)!;
      expect(moment).toBeGreaterThan(Date.parse(after));
      expect(moment).toBeLessThanOrEqual(Date.parse(before));
    }
  });
});
