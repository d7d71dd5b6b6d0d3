/**
 * End to end: a wrapped function on real sandboxes, frozen between invocations and evicted when idle, through the SDK's
 * export and the collector to its answers, compared with the platform's truth.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  until,
  type Collector,
  type Platform,
  type TruthEvent,
} from '../support/stack.ts';

interface Invocation {
  invocationId: string;
  function: string;
  sandboxId: string;
  processStartTicks?: string | number;
  ordinal: number;
  cold: boolean;
  traceId: string;
  spanId: string;
}
interface Sandbox {
  id: string;
  instance: string;
  function: string;
  state: string;
  invocations: number;
  lost: number;
  host: { id?: string; confidence: string };
}
interface Counts {
  invocations: number;
  cold: number;
  sandboxes: number;
  evicted: number;
  hosts: number;
  hops: number;
}

const IDLE_LIMIT_MILLIS = 1500;

describe('a wrapped function on real sandboxes', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let atRest = '';
  let platform: Platform;
  let truth: { functions: Record<string, Counts>; total: Counts };
  let events: TruthEvent[];
  const answers: [answer: unknown, result: number][] = [];
  let invocations: Invocation[];
  let sandboxes: Sandbox[];

  async function pages<T>(path: string, key: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor = '';
    do {
      const page = await getJson<Record<string, unknown>>(
        `${collector.url}/api/v1/${path}?from=-1h&to=${atRest}&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      rows.push(...(page[key] as T[]));
      cursor = (page['nextCursor'] as string | null | undefined) ?? '';
    } while (cursor !== '');
    return rows;
  }

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path);
    platform = await startPlatformProcess(folder.path, {
      hosts: 3,
      idleLimitMillis: IDLE_LIMIT_MILLIS,
      collector: collector.url,
      functions: [
        { name: 'add', source: 'examples/functions/add/index.ts' },
        { name: 'burn', source: 'examples/functions/burn/index.ts' },
        { name: 'double', source: 'examples/functions/double/index.ts' },
      ],
    });
    const total = async (): Promise<Counts> => (await platform.truth<{ total: Counts }>()).total;
    const burst = async (b: number): Promise<void> => {
      await Promise.all([
        ...Array.from({ length: 5 }, (_, n) => platform.invoke('add', { a: n, b })),
        ...Array.from({ length: 3 }, () => platform.invoke('burn', { milliseconds: 30 })),
      ]);
    };

    // Two rounds of sequential calls and bursts; after each, everything is idle until something was evicted.
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 45; n += 1)
        answers.push([await platform.invoke('add', { a: round, b: n }), round + n]);
      for (let n = 0; n < 10; n += 1) answers.push([await platform.invoke('double', { input: n }), 2 * n]);
      for (let n = 0; n < 5; n += 1) await burst(n);
      if (round < 1) {
        const before = (await total()).evicted;
        await until('sandboxes are evicted', total, ({ evicted }) => evicted >= before + 8);
      }
    }
    // Once at rest, the platform no longer follows its own law, so query the collector as of the moment before.
    await until('all sandboxes are evicted', total, ({ evicted, sandboxes: used }) => evicted === used);
    await burst(5);
    atRest = new Date().toISOString();
    await platform.rest();
    await collector.settled();
    truth = await platform.truth();
    events = await platform.events();
    invocations = await pages<Invocation>('invocations', 'invocations');
    sandboxes = await pages<Sandbox>('sandboxes', 'sandboxes');
  });

  afterAll(async () => {
    await platform?.child.stop();
    await collector?.child.stop();
    await folder?.remove();
  });

  it('answers its callers as it does unwrapped', () => {
    expect(answers.map(([answer]) => answer)).toEqual(answers.map(([, result]) => ({ result })));
  });

  it('finds every invocation exactly once', () => {
    const delivered = events
      .filter(({ event }) => event === 'invoke')
      .map(({ requestId }) => requestId as string);
    expect(delivered.length).toBeGreaterThan(150);
    expect(invocations.map(({ invocationId }) => invocationId).sort()).toEqual([...delivered].sort());
    expect(new Set(invocations.map(({ spanId }) => spanId)).size).toBe(delivered.length);
  });

  it('numbers the invocations of a sandbox without gaps', () => {
    const ordinals = new Map<string, number[]>();
    for (const { sandboxId, ordinal } of invocations) {
      ordinals.set(sandboxId, [...(ordinals.get(sandboxId) ?? []), ordinal]);
    }
    for (const seen of ordinals.values()) {
      expect(seen.sort((a, b) => a - b)).toEqual(seen.map((_, index) => index + 1));
    }
    expect(sandboxes.every(({ lost }) => lost === 0)).toBe(true);
  });

  it('finds every sandbox of the truth, with its own number of invocations', () => {
    const used = new Map<string, number>();
    const stream = new Map(
      events
        .filter(({ event }) => event === 'birth')
        .map((birth) => [birth['sandbox'], birth['logStream'] as string]),
    );
    for (const { event, sandbox } of events) {
      const name = stream.get(sandbox);
      if (event === 'invoke' && name !== undefined) used.set(name, (used.get(name) ?? 0) + 1);
    }
    expect(
      Object.fromEntries(sandboxes.map(({ instance, invocations: count }) => [instance, count])),
    ).toEqual(Object.fromEntries(used));
  });

  it('finds every eviction of the truth and no other', () => {
    const stream = new Map(
      events
        .filter(({ event }) => event === 'birth')
        .map((birth) => [birth['sandbox'], birth['logStream'] as string]),
    );
    const used = new Set(events.filter(({ event }) => event === 'invoke').map(({ sandbox }) => sandbox));
    const evicted = events
      .filter(({ event, sandbox }) => event === 'evict' && used.has(sandbox))
      .map(({ sandbox }) => stream.get(sandbox)!);
    expect(evicted.length).toBeGreaterThan(10);
    const concluded = sandboxes.filter(({ state }) => state === 'evicted' || state === 'confirmed');
    expect(concluded.map(({ instance }) => instance).sort()).toEqual([...evicted].sort());
  });

  it("concludes the platform's true numbers", async () => {
    const answer = await getJson<{ functions: (Counts & { function: string })[]; total: Counts }>(
      `${collector.url}/api/v1/functions?from=-1h&to=${atRest}`,
    );
    const same = (counts: Counts | undefined): Partial<Counts> | undefined =>
      counts && {
        invocations: counts.invocations,
        cold: counts.cold,
        sandboxes: counts.sandboxes,
        evicted: counts.evicted,
        hosts: counts.hosts,
      };
    for (const [name, counts] of Object.entries(truth.functions)) {
      expect(same(answer.functions.find((row) => row.function === name)), name).toEqual(same(counts));
    }
    expect(same(answer.total)).toEqual(same(truth.total));
  });

  it('counts the host hops of calls that came one after the other', async () => {
    // Calls of a burst start so close together that their order, and so the number of hops, is ambiguous; the calls of
    // this function never overlapped.
    const answer = await getJson<{ functions: (Counts & { function: string })[] }>(
      `${collector.url}/api/v1/functions?from=-1h`,
    );
    expect(answer.functions.find((row) => row.function === 'double')?.hops).toBe(
      truth.functions['double']?.hops,
    );
  });

  it('distinguishes hosts by their kernels or by declaration, and says which', () => {
    const hosts = new Set(sandboxes.map(({ host }) => host.id));
    expect(hosts.size).toBe(truth.total.hosts);
    expect(new Set(sandboxes.map(({ host }) => host.confidence)).size).toBe(1);
    expect(['kernel', 'declared']).toContain(sandboxes[0]?.host.confidence);
  });
});
