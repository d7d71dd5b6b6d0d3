/** What experiments find, against figures of the platform that are known exactly. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { clientMs, measured } from '@sandscope/probes/outside';
import { startPlatform, type PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import type { PlatformConfigInput } from '../../examples/local-platform/src/config.ts';
import type { TruthEvent } from '../../examples/local-platform/src/truth.ts';
import { example, measure, probeFunction, slowWay, targetOf } from './harness.ts';

/** A platform with the events of its truth. */
async function startWithEvents(
  config: PlatformConfigInput,
  folder: string,
): Promise<{ platform: PlatformHandle; events: () => TruthEvent[] }> {
  const truthFile = join(folder, 'truth.ndjson');
  const platform = await startPlatform({ hostMode: 'declared', seed: 1, ...config }, { truthFile });
  onTestFinished(() => platform.stop());
  const events = (): TruthEvent[] =>
    readFileSync(truthFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as TruthEvent);
  return { platform, events };
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-truths-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('package-size recovers the bandwidth at which code is fetched', async () => {
  // So slow that compiling what was fetched takes far less.
  const megabytesPerSecond = 0.5;
  const folder = temporary();
  /** Sizes of ballast, bytes. */
  const sizes = { small: 1, medium: 1e6, large: 2e6 };
  const functions = Object.entries(sizes).map(([name, bytes]) => {
    const source = join(folder, `${name}.ts`);
    writeFileSync(
      join(folder, `${name}-ballast.ts`),
      `Object.assign(globalThis, { ballast: '${'x'.repeat(bytes)}' });\n`,
    );
    writeFileSync(
      source,
      `import './${name}-ballast.ts';\nexport { handler } from ${JSON.stringify(example('probe'))};\n`,
    );
    return probeFunction(name, { source, timeoutSeconds: 20 });
  });
  const { platform, events } = await startWithEvents(
    { functions, codeFetch: { latencyMillis: 0, megabytesPerSecond } },
    folder,
  );
  // Their sizes with everything else in the package, as the platform tells them when it fetches them.
  for (const { name } of functions) {
    const url = `${platform.url}/2015-03-31/functions/${name}/invocations`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(200);
  }
  const bytesOf = new Map(
    events().flatMap((one) => (one.event === 'fetch' ? [[one.function, one.bytes]] : [])),
  );
  const { summary, samples } = await measure('package-size', targetOf(platform, 'small'), {
    set: [`functions=${functions.map(({ name }) => `${name}:${bytesOf.get(name)}`).join(',')}`, 'repeats=4'],
    timeoutMs: 30_000,
  });
  for (const sample of measured(samples)) {
    const bytes = Number(sample.cell!['packageBytes']);
    // Fetched again for each of the calls, because each is the first of a deploy. A timer may end 1 ms early.
    expect(clientMs(sample)!).toBeGreaterThan(bytes / megabytesPerSecond / 1e3 - 1);
  }
  const { slope } = summary.fit;
  const wanted = 1e3 / megabytesPerSecond;
  expect(slope.low).toBeLessThan(1.1 * wanted);
  expect(slope.high).toBeGreaterThan(wanted);
  expect(Math.abs(slope.value! - wanted) / wanted).toBeLessThan(0.1);
});

it('hopping finds the hosts of the truth, with as many calls and sandboxes on each', async () => {
  const folder = temporary();
  const { platform, events } = await startWithEvents(
    { functions: [probeFunction('probe', { reuse: 'round-robin', timeoutSeconds: 20 })], hosts: 5 },
    folder,
  );
  // Calls of a burst overlap, however long a busy machine takes to start ten sandboxes: two on each host.
  const { summary, counts, samples } = await measure('hopping', targetOf(platform, 'probe'), {
    set: ['interval=200ms', 'time=2400ms', 'burst-every=6', 'burst=10', 'hold=4s'],
  });
  expect(counts).toMatchObject({ errors: {}, discarded: {} });
  const invoked = events().flatMap((one) => (one.event === 'invoke' ? [one] : []));
  const truth = new Map<string, { calls: number; sandboxes: Set<string> }>();
  for (const { host, sandbox } of invoked) {
    const own = truth.get(host) ?? { calls: 0, sandboxes: new Set() };
    own.calls += 1;
    own.sandboxes.add(sandbox);
    truth.set(host, own);
  }
  const byName = <T extends { hostId: string }>(list: readonly T[]): T[] =>
    list.toSorted((a, b) => a.hostId.localeCompare(b.hostId));
  expect(byName(summary.hosts as { hostId: string; calls: number; sandboxes: number }[])).toEqual(
    byName(
      Array.from(truth, ([hostId, { calls, sandboxes }]) => ({ hostId, calls, sandboxes: sandboxes.size })),
    ),
  );
  expect(summary.hosts).toHaveLength(5);
  expect(summary.distinctHosts.value).toBe(5);
  // Steady calls are sequential, so the truth has them in the same order. Calls of a burst overlap.
  const order = samples.map(({ role, hostId }) => [role, hostId] as const);
  const steady = order.flatMap(([role, hostId], index) =>
    role === 'steady' ? [[hostId, invoked[index]!.host]] : [],
  );
  expect(steady.map(([found]) => found)).toEqual(steady.map(([, host]) => host));
  const hosts = steady.map(([, host]) => host);
  const hops = hosts.slice(1).filter((host, index) => host !== hosts[index]).length;
  expect(summary.hopRate).toMatchObject({ value: hops / (hosts.length - 1), n: hosts.length - 1 });
});

it('io recovers a delay on the way to what it connects to', async () => {
  const delayMs = 300;
  const { platform } = await startWithEvents(
    { functions: [probeFunction('probe', { timeoutSeconds: 20 })] },
    temporary(),
  );
  const way = await slowWay(platform.url, delayMs, 0, /healthz/);
  onTestFinished(() => way.close());
  const transfer = async (url: string) => {
    const { summary } = await measure('io', targetOf(platform, 'probe'), {
      set: ['bytes=4096', 'widths=1', 'repeats=8', `url=${url}/healthz`],
    });
    return summary.operations.find(({ operation }) => operation === 'transfer')!.latency;
  };
  const near = await transfer(platform.url);
  const far = await transfer(way.url);
  // A timer may end 1 ms early.
  expect(far.min).toBeGreaterThan(delayMs - 1);
  // The path also takes a little time of its own.
  expect(far.p50.value! - near.p50.value!).toBeGreaterThan(0.95 * delayMs);
  expect(far.p50.value! - near.p50.value!).toBeLessThan(1.3 * delayMs);
});
