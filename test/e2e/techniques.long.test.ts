/** Reuse and prewarming of the local platform, each switched on and off, and the collector's conclusions about them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  until,
  type Collector,
  type Platform,
} from '../support/stack.ts';

/** With fewer starts, their absence shows nothing. */
const STARTS = 22;
const AHEAD = 6;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;
let platform: Platform;

beforeAll(async () => {
  folder = await temporaryFolder();
  collector = await startCollector(folder.path);
  const add = { source: 'examples/functions/add/index.ts', environment: { SANDSCOPE_FLUSH: 'each' } };
  platform = await startPlatformProcess(folder.path, {
    hosts: 1,
    idleLimitMillis: 60_000,
    collector: collector.url,
    functions: [
      { ...add, name: 'single', expiry: { law: 'fixed', limitMillis: 1 } },
      { ...add, name: 'ahead', initialization: 'provisioned-concurrency', initializedAhead: AHEAD },
    ],
  });
});
afterAll(async () => {
  await platform?.child.stop();
  await collector?.child.stop();
  await folder?.remove();
});

interface Status {
  readonly sandboxes: readonly { readonly function: string; readonly state: string }[];
}

const answered = async (): Promise<Record<string, string>> => {
  const { techniques } = await getJson<{
    techniques: { function: string; technique: string; verdict: string }[];
  }>(`${collector.url}/api/v1/techniques?from=-1h`);
  return Object.fromEntries(
    techniques.map(({ function: name, technique, verdict }) => [`${name} ${technique}`, verdict]),
  );
};

test('are reported as they are switched', { timeout: 180_000 }, async () => {
  for (let call = 0; call < STARTS; call += 1) {
    await platform.invoke('single', { a: call, b: 1 });
    await until(
      'the sandbox is let go',
      () => getJson<Status>(`${platform.url}/status`),
      ({ sandboxes }) => sandboxes.every((own) => own.function !== 'single'),
    );
  }
  const warm = async (): Promise<void> => {
    await Promise.all(Array.from({ length: AHEAD }, (_, b) => platform.invoke('ahead', { a: 1, b })));
  };
  for (let wave = 0; wave < 3; wave += 1) {
    await warm();
    // A sandbox that is still exporting takes no call, so another one would be started.
    await until(
      'all are idle again',
      () => getJson<Status>(`${platform.url}/status`),
      ({ sandboxes }) => sandboxes.every(({ state }) => ['frozen', 'idle', 'down'].includes(state)),
    );
  }
  await platform.rest();
  await collector.settled();
  const verdicts = await until(
    'all calls are there',
    answered,
    (found) => found['single prewarming'] === 'off',
  );
  expect(verdicts).toMatchObject({
    'single resource-reuse': 'off',
    'single prewarming': 'off',
    'ahead resource-reuse': 'on',
    'ahead prewarming': 'on',
  });
});
