import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import type { Coefficient } from '../../../statistics/index.ts';
import { deploymentKey, toldDeployment } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { loadClientPairs } from '../../evidence/client-pairs/client-pairs.ts';
import { pairedEpochs } from '../../evidence/client-pairs/clock-pairs.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { groupBy } from '../../lifelines.ts';
import { defineQuestion } from '../question.ts';
import { Deployment } from '../reuse/schema.ts';
import { judgeOverhead, placePairs } from './judge.ts';
import type { Placed } from './judge.ts';
import { loadTriggerDelays } from './triggers.ts';
import type { TriggerDelay } from './triggers.ts';

/** Most invocations examined, the newest: rollups have no event delays. */
const MAX_INVOCATIONS = 50_000;
const MB = 1e6;

const Kind = (of: string) =>
  Type.Object(
    {
      n: Count('Calls recorded on both sides.'),
      overheadMs: Estimate('Median time of a call outside the function, ms; independent of clocks.'),
      waitMs: Estimate(
        'Median time from the request until the function began, ms, including the uncertainty of the clocks.',
      ),
      platformWaitMs: Estimate('The same without initialisation: network, queue, placement.'),
      returnMs: Estimate('Median time from the end of the function until the client had the answer, ms.'),
    },
    { description: `Calls that ${of}.` },
  );

const FunctionOverhead = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  warm: Kind('found a sandbox'),
  cold: Kind('started cold'),
  payload: Type.Optional(
    Type.Object(
      {
        interceptMs: Estimate('Overhead of an empty request, ms.'),
        msPerMb: Estimate('Additional time for each MB (10⁶ bytes) of the request, ms.'),
        adjustedR2: Type.Number({ description: 'Share of the variance explained by the size.' }),
      },
      { description: 'Overhead of warm calls = intercept + slope · size of the request.' },
    ),
  ),
  triggers: Type.Array(
    Type.Object({
      source: Type.String({ description: 'Field of the event that contains its time.' }),
      mode: Type.Optional(Type.String({ description: '`sync`, `async` or `poll`.' })),
      n: Count('Invocations.'),
      p50Ms: Estimate(
        'Median time from the event to the start of its handler, ms. The two clocks are not compared.',
      ),
      p95Ms: Estimate('95th percentile, ms.'),
    }),
    { description: 'Delay of events, by source.' },
  ),
  basis: Basis,
});

/** Times of an invocation outside the function: overhead, platform wait, delay of events. */
export const overhead = defineQuestion({
  name: 'overhead',
  operationId: 'getOverhead',
  summary: 'Overhead of invocations by payload size, wait in the platform, and delay of events by source',
  description:
    'From calls whose client’s span is the parent of the function’s; clocks are estimated by `clocks`.',
  tag: 'functions',
  asked: {},
  answer: { functions: Type.Array(FunctionOverhead) },
  list: 'functions',
  ask: async ({ store, scope: asked }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const [found, triggers] = await Promise.all([
      loadClientPairs(store, scope),
      loadTriggerDelays(store, scope),
    ]);
    const placed = groupBy(placePairs(pairedEpochs(found.pairs)), ({ pair }) => deploymentKey(pair));
    const rows = new Map([...triggers].map(([key, { row }]) => [key, row]));
    for (const [key, [first]] of placed) if (first) rows.set(key, first.pair);
    const functions = [...rows].map(([key, row]) =>
      answer(row, placed.get(key) ?? [], triggers.get(key)?.delays ?? []),
    );
    return { scope, truncated: truncated || found.truncated, body: { functions } };
  },
});

function answer(row: DeploymentRow, placed: readonly Placed[], delays: readonly TriggerDelay[]) {
  const { payload, warm, cold, basis } = judgeOverhead(placed);
  return {
    ...toldDeployment(row),
    warm,
    cold,
    ...(payload && {
      payload: {
        interceptMs: shown(payload.intercept, 1, payload.n),
        msPerMb: shown(payload.slope, MB, payload.n),
        adjustedR2: payload.adjustedR2,
      },
    }),
    triggers: delays.map(shownDelay),
    basis,
  };
}

function shownDelay({ source, mode, n, p50Ms, p95Ms }: TriggerDelay) {
  return { source, ...(mode !== '' && { mode }), n, p50Ms, p95Ms };
}

function shown({ value, low, high }: Coefficient, factor: number, n: number): EstimateValue {
  return estimate(n, value * factor, low * factor, high * factor);
}
