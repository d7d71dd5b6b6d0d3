import * as semconv from '@sandscope/probes/semconv';
import { afterAll, beforeAll, expect, test as it } from 'vitest';
import { askAbout } from '../correlate/questions/test-question.ts';
import type { AskedApi } from '../correlate/questions/test-question.ts';
import { invocationRow } from '../store/test-rows.ts';
import type { TraceRow } from '../store/index.ts';
import type { Json } from './json.fixture.ts';

const START = Date.now() - 3_000_000;
const QUIET = 'e1'.repeat(16);

let api: AskedApi;

/** In one region a sandbox becomes idle; in the other, there is one cold start after the other. */
function scenario(): TraceRow[] {
  const used = (region: string, sandbox: string, ordinal: number, seconds: number) =>
    invocationRow({
      function: 'twin',
      sandbox,
      ordinal,
      startMs: START + seconds * 1000,
      attributes: {
        [semconv.ATTR_CLOUD_REGION]: region,
        [semconv.ATTR_CLOUD_PLATFORM]: 'aws_lambda',
        [semconv.ATTR_CLOUD_ACCOUNT_ID]: '111122223333',
      },
    });
  return [
    used('eu-west-1', QUIET, 1, 0),
    used('eu-west-1', QUIET, 2, 20),
    ...Array.from({ length: 40 }, (_, index) =>
      used('us-east-1', `f${index.toString(16).padStart(31, '0')}`, 1, 30 + index),
    ),
  ];
}

beforeAll(async () => {
  api = await askAbout(scenario());
}, 60_000);
afterAll(() => api.close());

async function get(path: string): Promise<Json> {
  return (await api.get(path)).body;
}

it('a name in two regions is answered with the list of both, or with the chosen one', async () => {
  expect(await get('functions/twin')).toMatchObject({
    code: 'ERR_SEVERAL_DEPLOYMENTS',
    details: {
      deployments: [
        { region: 'us-east-1', accountId: '111122223333', platform: 'aws_lambda', sandboxes: 40 },
        { region: 'eu-west-1', accountId: '111122223333', platform: 'aws_lambda', sandboxes: 1 },
      ],
    },
  });
  expect(await get('functions/twin?region=eu-west-1')).toMatchObject({ invocations: 2, sandboxes: 1 });
});

it('each of them is reported separately', async () => {
  const { functions } = await get('reuse');
  expect(functions.map(({ deployment, sandboxes }: Json) => [deployment.region, sandboxes])).toEqual([
    ['us-east-1', 40],
    ['eu-west-1', 1],
  ]);
});

it('a sandbox is not passed over by starts in another region', async () => {
  const twin = await get(`sandboxes/${QUIET}?to=${new Date(START + 120_000).toISOString()}`);
  expect(twin.evictedProbability).toBeLessThan(0.2);
  expect(twin).toMatchObject({ state: 'idle', ground: 'prior' });
});

it('judgements do not depend on the requested range', async () => {
  const to = new Date(START + 600_000).toISOString();
  const fates = async (from: string): Promise<Json> => {
    const { sandboxes } = await get(`sandboxes?from=${from}&to=${to}&region=us-east-1`);
    return new Map(
      sandboxes.map(({ id, evictedProbability, state }: Json) => [id, [state, evictedProbability]]),
    );
  };
  const long = await fates(new Date(START - 60_000).toISOString());
  const short = await fates(new Date(START + 60_000).toISOString());
  expect([long.size, short.size]).toEqual([40, 10]);
  for (const [id, fate] of short) expect(fate).toEqual(long.get(id));
});
