/** The experiment `techniques` on platforms with each technique switched on and off. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { PlatformConfigInput } from '../../examples/local-platform/src/config.ts';
import type { FunctionInput } from '../../examples/local-platform/src/config/function.ts';
import { example, measure, probeFunction, startTruth, targetOf } from './harness.ts';

/** So long that a busy machine adds little to it: a fifth of a cold start matters. */
const LOAD_MS = 4000;
/** Shorter than the second that the experiment waits between a deploy and the first call. */
const FETCH_MS = 800;
const gone = { law: 'fixed', limitMillis: 1 } as const;

let folder: string;
/** The probe function, with code that takes long to load. */
let slow: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-techniques-'));
  slow = join(folder, 'slow.ts');
  const wait = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${LOAD_MS});\n`;
  writeFileSync(join(folder, 'ballast.ts'), wait);
  writeFileSync(
    slow,
    `import './ballast.ts';\nexport { handler } from ${JSON.stringify(example('probe'))};\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

type Shown = 'shown' | 'not shown' | 'unknown';

interface Row {
  readonly name: string;
  readonly platform: Omit<Partial<PlatformConfigInput>, 'functions'>;
  readonly probe?: Partial<FunctionInput>;
  readonly loadsSlowly?: boolean;
  /** Reuse, pooling, prefetching, prewarming. */
  readonly wanted: readonly [Shown, Shown, Shown, Shown];
}

const runtimePool = { policy: 'fixed', runtimesPerHost: 1 };
const codeFetch = { latencyMillis: FETCH_MS };
const ROWS: readonly Row[] = [
  {
    name: 'nothing but reuse, and code is everywhere',
    platform: {},
    loadsSlowly: true,
    wanted: ['shown', 'not shown', 'shown', 'not shown'],
  },
  {
    name: 'no reuse',
    platform: {},
    probe: { expiry: gone },
    loadsSlowly: true,
    wanted: ['not shown', 'not shown', 'shown', 'not shown'],
  },
  {
    name: 'code that is fetched',
    platform: { codeFetch },
    wanted: ['shown', 'not shown', 'not shown', 'not shown'],
  },
  {
    name: 'code that is fetched ahead',
    platform: { codeFetch },
    probe: { prefetch: 'at-deploy' },
    loadsSlowly: true,
    wanted: ['shown', 'not shown', 'shown', 'not shown'],
  },
  {
    name: 'a pool of runtimes, code that is fetched',
    platform: { codeFetch, runtimePool },
    wanted: ['shown', 'shown', 'not shown', 'not shown'],
  },
  {
    name: 'a pool of runtimes, code that is fetched ahead, no reuse',
    platform: { codeFetch, runtimePool },
    probe: { prefetch: 'at-deploy', expiry: gone },
    loadsSlowly: true,
    wanted: ['not shown', 'shown', 'shown', 'not shown'],
  },
  {
    // Nobody waits for code then, so nothing tells whether it was fetched.
    name: 'prewarming',
    platform: {},
    probe: { prewarm: { policy: 'periodic', intervalMillis: 100 } },
    wanted: ['shown', 'not shown', 'unknown', 'shown'],
  },
];

describe('techniques', () => {
  it.each(ROWS)('$name', async ({ platform, probe = {}, loadsSlowly, wanted }) => {
    const own = await startTruth(
      [
        probeFunction('probe', {
          timeoutSeconds: 20,
          expiry: { law: 'fixed', limitMillis: 700 },
          ...probe,
          ...(loadsSlowly && { source: slow }),
        }),
      ],
      platform,
    );
    onTestFinished(() => own.stop());
    const { summary } = await measure('techniques', targetOf(own, 'probe'), {
      set: ['rounds=6', 'cold-wait=2s', 'again=1'],
      maxDurationMs: 580_000,
      timeoutMs: 30_000,
    });
    const found = summary.techniques.map(({ verdict }) => verdict);
    expect(found, JSON.stringify(summary.techniques, undefined, 1)).toEqual(wanted);
  });
});
