/** Functions and collectors are updated at different times: each works with an earlier version of the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHandler, SDK_SOURCE } from '../../sdk/src/testing/test-child.ts';
import { startRuntimeApi } from '../../sdk/src/testing/test-runtime-api.ts';
import { getJson, startCollectorWith } from '../support/stack.ts';
import { checkOut, EARLIER, hasHistory } from './earlier-version.ts';
import type { EarlierVersion } from './earlier-version.ts';

/** More than are sent one by one, so that some are postponed. */
const CALLS = 30;

const isPossible = hasHistory(EARLIER);
if (!isPossible) process.stderr.write('SKIPPED: earlier versions: this checkout has no history of them\n');

interface Answers {
  readonly functions: {
    readonly function: string;
    readonly invocations: number;
    readonly cold: number;
    readonly errors: number;
    readonly lostSpans: number;
  }[];
  readonly sandboxes: { readonly function: string; readonly invocations: number; readonly state: string }[];
}

/** A function whose handler does I/O, fails once, and is asked to stop in the end. */
async function runFunction(sdk: string, endpoint: string): Promise<void> {
  await using api = await startRuntimeApi();
  const program = `
    import { get } from 'node:http';
    import { wrap } from ${JSON.stringify(sdk)};
    const fetched = () => new Promise((resolve, reject) => {
      get(${JSON.stringify(`${endpoint}/livez`)}, (response) => response.resume().once('end', resolve)).once('error', reject);
    });
    export const handler = wrap(async ({ n }) => {
      if (n === 3) throw new RangeError('three');
      await fetched();
      return n;
    });`;
  await using child = await runHandler(program, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  for (let n = 0; n < CALLS; n += 1) {
    const { ok } = await api.invoke({ n });
    expect(ok).toBe(n !== 3);
    await api.idle();
  }
  child.process.kill('SIGTERM');
  await child.ended;
}

async function answersOf(program: string | undefined, sdk: string): Promise<Answers> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-versions-'));
  const collector = await startCollectorWith(folder, 0, { main: program });
  try {
    await runFunction(sdk, collector.url);
    await collector.settled();
    const { functions } = await getJson<Answers>(`${collector.url}/api/v1/functions`);
    const { sandboxes } = await getJson<Answers>(`${collector.url}/api/v1/sandboxes`);
    return {
      functions: functions.map(({ function: name, invocations, cold, errors, lostSpans }) => ({
        function: name,
        invocations,
        cold,
        errors,
        lostSpans,
      })),
      sandboxes: sandboxes.map(({ function: name, invocations, state }) => ({
        function: name,
        invocations,
        state,
      })),
    };
  } finally {
    await collector.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const EXPECTED: Answers = {
  functions: [{ function: 'f', invocations: CALLS, cold: 1, errors: 1, lostSpans: 0 }],
  sandboxes: [{ function: 'f', invocations: CALLS, state: 'confirmed' }],
};

describe.skipIf(!isPossible)('an earlier version', () => {
  let earlier: EarlierVersion;
  beforeAll(async () => {
    earlier = await checkOut(EARLIER);
  });
  afterAll(() => earlier[Symbol.asyncDispose]());

  test('of the SDK works with this collector', async () => {
    expect(await answersOf(undefined, join(earlier.path, 'sdk/src/index.ts'))).toEqual(EXPECTED);
  });

  test('of the collector works with this SDK', async () => {
    expect(await answersOf(join(earlier.path, 'collector/src/main.ts'), SDK_SOURCE)).toEqual(EXPECTED);
  });
});
