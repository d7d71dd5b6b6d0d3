import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, Proportion } from '../../../schema/index.ts';
import { deploymentKey, toldDeployment } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { groupBy } from '../../lifelines.ts';
import { defineQuestion } from '../question.ts';
import { Deployment } from '../reuse/schema.ts';
import { loadTraces } from './evidence.ts';
import type { Link } from './evidence.ts';
import { callersFirst } from './callers-first.ts';
import type { Ordered } from './callers-first.ts';
import { judgeChain } from './judge.ts';

/** Most invocations examined, the newest. */
const MAX_INVOCATIONS = 100_000;

const Chain = Type.Object({
  root: Type.String({ description: 'Function in which its traces begin.' }),
  deployment: Deployment,
  traces: Count('Traces.'),
  depth: Count('Longest sequence of invocations, each called by the previous one.'),
  coldStarts: Estimate('Cold starts in a trace, mean. n: traces, here and below.'),
  withColdStart: Proportion,
  pathMs: Estimate('Median time from the first wait to the last end of a trace, ms.'),
  coldShare: Estimate('Share of the critical path that initialisation takes, 0 to 1.'),
  betweenShare: Estimate(
    'Share of the critical path in which no invocation ran: queues and untraced work. 0 to 1.',
  ),
  prewarmSavesMs: Estimate(
    'Mean time that prewarming all functions after the first could save in a trace, at most, ms.',
  ),
  prewarmSavesShare: Estimate('The same as a share of the path, 0 to 1.'),
  successors: Type.Array(
    Type.Object({
      function: Type.String({ description: 'Its name.' }),
      traces: Count('Traces that include it.'),
      invocations: Count('Its invocations in these traces.'),
      cold: Count('Cold ones among them.'),
      coldOnPathMs: Estimate(
        'Its initialisation on the critical path, mean over all traces of the chain, ms.',
      ),
    }),
    { description: 'Functions after the first: those to prewarm.' },
  ),
  basis: Basis,
});

function deploymentOf({ function: name, place }: Link): DeploymentRow {
  return { function: name, version: '', ...place };
}

/** The cost of cold starts for traces through several functions. */
export const chains = defineQuestion({
  name: 'chains',
  operationId: 'getChains',
  summary:
    'Traces through several functions: cold starts on their critical path, and what prewarming successors saves',
  tag: 'cost',
  asked: {},
  answer: { chains: Type.Array(Chain) },
  list: 'chains',
  ask: async ({ store, scope: asked }) => {
    // A trace includes functions outside the scope.
    const { fromMs, toMs } = asked;
    const whole = await evidenceScope(store, { fromMs, toMs }, MAX_INVOCATIONS);
    const scope = { ...asked, fromMs: whole.scope.fromMs };
    const found = await loadTraces(store, scope);
    const ordered = groupBy(found.traces.map(callersFirst), ({ root }) => deploymentKey(deploymentOf(root)));
    const judged = [...ordered.values()].map((own) => {
      const traces = own.flatMap(({ trace }) => (trace ? [trace] : []));
      const { root } = own[0] as Ordered;
      const { deployment } = toldDeployment(deploymentOf(root));
      const judgedChain = judgeChain(traces, own.length - traces.length);
      return Object.assign({ root: root.function, deployment }, judgedChain);
    });
    return {
      scope,
      truncated: whole.truncated || found.truncated,
      body: {
        chains: judged.map(({ successors, ...rest }) => Object.assign(rest, { successors: [...successors] })),
      },
    };
  },
});
