import { Type } from '@fastify/type-provider-typebox';
import { Count, Proportion } from '../../../schema/index.ts';
import { judgedByCounts } from '../../fates/index.ts';
import { summariseReuse } from '../../reuse.ts';
import type { Reuse } from '../../reuse.ts';
import { defineQuestion } from '../question.ts';
import {
  Alive,
  ConcurrencyModel,
  Deployment,
  KeepAlive,
  PickOrder,
  shownDeployment,
  shownJudgement,
} from './schema.ts';

const FunctionReuse = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  deployment: Deployment,
  ratio: Proportion,
  sandboxes: Count('Sandboxes seen.'),
  invocationsPerSandbox: Type.Object(
    {
      n: Count('Sandboxes.'),
      min: Type.Optional(Type.Integer({ description: 'Fewest invocations of a sandbox.' })),
      p50: Type.Optional(Type.Integer({ description: 'Median.' })),
      p95: Type.Optional(Type.Integer({ description: '95th percentile.' })),
      max: Type.Optional(Type.Integer({ description: 'Most invocations of a sandbox.' })),
      histogram: Type.Array(
        Type.Object({
          from: Type.Integer({ description: 'Lower limit of the bin, inclusive.' }),
          to: Type.Integer({ description: 'Upper limit of the bin, inclusive.' }),
          sandboxes: Count('Sandboxes in this bin.'),
        }),
        { description: 'Distribution of invocations per sandbox.' },
      ),
    },
    { description: 'Invocations that a sandbox served.' },
  ),
  concurrency: ConcurrencyModel,
  pickOrder: PickOrder,
  keepAlive: Type.Optional(KeepAlive),
  alive: Type.Optional(Alive),
});

/** How sandboxes are reused, per deployment. */
export const reuse = defineQuestion({
  name: 'reuse',
  operationId: 'getReuse',
  summary: 'Reuse of sandboxes: ratio, invocations per sandbox, concurrency model, pick order',
  tag: 'sandboxes',
  asked: {},
  answer: { functions: Type.Array(FunctionReuse) },
  list: 'functions',
  ask: async ({ store, window }) => {
    const judged = await window();
    const alone = await judgedByCounts(store, judged);
    const functions = [...judged.functions].flatMap(([name, own]) =>
      summariseReuse(own, judged).map((found) => shown(name, found)),
    );
    for (const [name, own] of alone)
      functions.push(
        ...summariseReuse({ ...NO_USE, judged: own }, judged).map((found) => shown(name, found)),
      );
    return { scope: judged.scope, truncated: judged.truncated, body: { functions } };
  },
});

/** For some functions, outcomes of idle sandboxes are the only data. */
const NO_USE = { lives: [] };

function shown(name: string, reuse: Reuse) {
  const { deployment, ratio, sandboxes, invocationsPerSandbox } = reuse;
  const { histogram, ...counts } = invocationsPerSandbox;
  return {
    function: name,
    deployment: shownDeployment(deployment),
    ratio,
    sandboxes,
    invocationsPerSandbox: { ...counts, histogram: [...histogram] },
    ...shownJudgement(reuse),
  };
}
