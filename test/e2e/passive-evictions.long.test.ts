/**
 * Evictions without a goodbye: no extension is registered, so a sandbox is killed without notice, as on Lambda.
 * Compares the collector's conclusions, from calls that did not use a sandbox, with the platform's truth.
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
  invocations: number;
}

const IDLE_LIMIT_MS = 2_500;
const ROUNDS = 6;
const BURST = 4;
/** The stated coverage of an interval. */
const LEVEL = 0.95;
/** Maximum probability that this many misses happen by chance. */
const CHANCE = 1e-3;

/** How many of n independent intervals of {@link LEVEL} may miss before chance alone does not explain it. */
function mostMisses(n: number): number {
  let probability = LEVEL ** n;
  let upTo = probability;
  let misses = 0;
  for (; misses < n && 1 - upTo > CHANCE; misses += 1) {
    probability *= ((n - misses) / (misses + 1)) * ((1 - LEVEL) / LEVEL);
    upTo += probability;
  }
  return misses;
}

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
          // Nothing is postponed until a next call that never comes, however slow the machine is.
          environment: { SANDSCOPE_EXPORT: 'sync', SANDSCOPE_SYNC_TIMEOUT_MILLIS: '8000' },
        },
      ],
    });
    const burst = (): Promise<unknown> =>
      Promise.all(Array.from({ length: BURST }, () => platform.invoke('burn', { milliseconds: 60 })));
    const evicted = async (): Promise<number> =>
      (await platform.truth<{ total: { evicted: number } }>()).total.evicted;
    // Each round: a burst, a second burst within the idle limit, then idleness until all sandboxes are gone.
    for (let round = 1; round <= ROUNDS; round += 1) {
      await burst();
      await burst();
      const before = await evicted();
      if (round === ROUNDS) break;
      await until('sandboxes are evicted', evicted, (count) => count >= before + BURST, 60_000);
      // Calls at the very moment of an eviction would put each eviction into the tail of its interval.
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
  }, 240_000);

  afterAll(async () => {
    await platform?.child.stop();
    await collector?.child.stop();
    await folder?.remove();
  });

  it('heard of every call, and no goodbye', () => {
    expect(evictedAt.size).toBeGreaterThanOrEqual(BURST * (ROUNDS - 1));
    expect(sandboxes.reduce((sum, { invocations }) => sum + invocations, 0)).toBe(2 * BURST * ROUNDS);
    expect(sandboxes.filter(({ state }) => state === 'confirmed')).toEqual([]);
  });

  it('declares no sandbox evicted that was not', () => {
    const declared = sandboxes.filter(({ state }) => state === 'evicted').map(({ instance }) => instance);
    expect(declared.length).toBeGreaterThan(0);
    expect(declared.filter((instance) => !evictedAt.has(instance))).toEqual([]);
  });

  it('suspects or declares most of those that were', () => {
    const gone = sandboxes.filter(({ instance }) => evictedAt.has(instance));
    const found = gone.filter(({ state }) => state === 'evicted' || state === 'suspected');
    expect(found.length / gone.length).toBeGreaterThan(0.5);
  });

  it('has the moment in its intervals as often as their 95 % say', () => {
    const misses = evictions.flatMap(({ sandbox, after, before }) => {
      const moment = evictedAt.get(sandboxes.find(({ id }) => id === sandbox)!.instance)!;
      const [lateMs, earlyMs] = [Date.parse(after) - moment, moment - Date.parse(before)];
      return lateMs >= 0 || earlyMs > 0 ? [{ sandbox, lateMs, earlyMs }] : [];
    });
    const most = mostMisses(evictions.length);
    console.log(`${misses.length} of ${evictions.length} intervals miss, at most ${most} may`, misses);
    expect(evictions.length).toBeGreaterThan(0);
    expect(misses.length).toBeLessThanOrEqual(most);
  });
});
