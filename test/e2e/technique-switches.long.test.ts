/** The collector's conclusions about each technique against cold starts, switched on and off on the local platform. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlatformConfigInput } from '../../examples/local-platform/src/config.ts';
import type { FunctionInput } from '../../examples/local-platform/src/config/function.ts';
import { startPlatform, type PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { getJson, startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

/** Two starts on each make enough of them that their absence shows something. */
const HOSTS = 12;
const STARTS = 2 * HOSTS;
/** So long that a busy machine adds little to it: a fifth of what callers wait matters. */
const LOAD_MS = 2000;
const FETCH_MS = 2000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;
let slow: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  collector = await startCollector(folder.path);
  const add = fileURLToPath(new URL('../../examples/functions/add/index.ts', import.meta.url));
  slow = join(folder.path, 'slow.ts');
  const wait = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${LOAD_MS});\n`;
  await writeFile(join(folder.path, 'ballast.ts'), wait);
  await writeFile(slow, `import './ballast.ts';\nexport { handler } from ${JSON.stringify(add)};\n`);
});
afterAll(async () => {
  await collector?.child.stop();
  await folder?.remove();
});

interface Row {
  readonly name: string;
  readonly platform: Omit<Partial<PlatformConfigInput>, 'functions'>;
  readonly fields: Partial<FunctionInput>;
  readonly wanted: Readonly<Record<string, 'on' | 'off' | 'unknown'>>;
}

const runtimePool = { policy: 'fixed', runtimesPerHost: 1 };
const codeFetch = { latencyMillis: FETCH_MS };
const off = {
  'resource-reuse': 'off',
  'runtime-pooling': 'off',
  prewarming: 'off',
  prefetching: 'off',
} as const;

const ROWS: readonly Row[] = [
  { name: 'none', platform: { codeFetch }, fields: {}, wanted: off },
  {
    name: 'prefetched',
    platform: { codeFetch },
    fields: { prefetch: 'at-deploy' },
    wanted: { ...off, prefetching: 'on' },
  },
  {
    name: 'pooled',
    platform: { codeFetch, runtimePool },
    fields: {},
    wanted: { ...off, 'runtime-pooling': 'on' },
  },
  {
    name: 'pooled-prefetched',
    platform: { codeFetch, runtimePool },
    fields: { prefetch: 'at-deploy' },
    wanted: { ...off, 'runtime-pooling': 'on', prefetching: 'on' },
  },
  {
    // Nobody waits for code then, so nothing tells whether it was fetched.
    name: 'prewarmed',
    platform: { codeFetch },
    fields: { prefetch: 'at-deploy', prewarm: { policy: 'periodic', intervalMillis: 50 } },
    wanted: { ...off, prewarming: 'on', prefetching: 'unknown' },
  },
];

/** Calls it, each time in a new sandbox on the next host. */
async function callNew(platform: PlatformHandle, { name, fields }: Row): Promise<void> {
  const untilStates = async (what: string, done: (own: readonly string[]) => boolean): Promise<void> => {
    await until(what, () => Promise.resolve(platform.status().map(({ state }) => state)), done);
  };
  for (let call = 0; call < STARTS; call += 1) {
    if (fields.prewarm !== undefined) await untilStates('one is ready', (own) => own.includes('frozen'));
    const response = await fetch(`${platform.url}/url/${name}/`, { method: 'POST', body: '{"a":1,"b":2}' });
    expect(response.status).toBe(200);
    if (fields.prewarm === undefined) await untilStates('it is gone', (own) => own.length === 0);
    else {
      await untilStates('it is at rest', (own) => !own.includes('busy'));
      await platform.deploy({ function: name });
    }
  }
}

describe('techniques', () => {
  test.each(ROWS)('$name', { timeout: 400_000 }, async (row) => {
    const { name, platform: config, fields, wanted } = row;
    const platform = await startPlatform({
      hosts: HOSTS,
      hostMode: 'declared',
      collector: collector.url,
      ...config,
      functions: [
        {
          name,
          source: slow,
          memoryMb: 256,
          timeoutSeconds: 20,
          environment: { SANDSCOPE_FLUSH: 'each' },
          ...(fields.prewarm === undefined && { expiry: { law: 'fixed', limitMillis: 1 } }),
          ...fields,
        },
      ],
    });
    try {
      await callNew(platform, row);
    } finally {
      await platform.stop();
    }
    await collector.settled();
    const answer = await until(
      'all starts are there',
      () =>
        getJson<{ techniques: { technique: string; verdict: string; starts: number; evidence: string[] }[] }>(
          `${collector.url}/api/v1/techniques?from=-1h&function=${name}`,
        ),
      ({ techniques }) => techniques[0]?.starts === STARTS,
    );
    const found = Object.fromEntries(answer.techniques.map(({ technique, verdict }) => [technique, verdict]));
    expect(found, JSON.stringify(answer.techniques, undefined, 1)).toEqual(wanted);
  });
});
