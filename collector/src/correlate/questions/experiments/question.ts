import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, isoTime, Proportion, Time } from '../../../schema/index.ts';
import { defineQuestion } from '../question.ts';
import { loadRuns } from './evidence.ts';
import { judgeRuns } from './judge.ts';

const Times = (of: string) =>
  Type.Object(
    {
      p50Ms: Estimate(`Time of ${of}, median, ms. n: calls that were answered.`),
      p95Ms: Estimate('95th percentile, ms.'),
    },
    { description: `How long ${of} took, as the client measured it.` },
  );

const Run = Type.Object({
  experiment: Type.String({ description: 'Its name, as in `sandscope probe`.' }),
  runId: Type.String({ description: 'Run id from `result.json`; it stays the same when a run is resumed.' }),
  start: Time('Time of the first call sent.'),
  end: Time('Time of the last answer.'),
  functions: Type.Array(Type.String(), { description: 'Functions called.' }),
  calls: Count('Calls whose client span arrived.'),
  joined: Count('Of these, with a child span of the function.'),
  failed: Proportion,
  errors: Type.Array(Type.String(), { description: 'Error codes of calls that failed, the most frequent.' }),
  sandboxes: Count('Sandboxes that answered, as far as functions reported them.'),
  cold: Proportion,
  all: Times('a call'),
  coldCalls: Times('a call that started cold'),
  warmCalls: Times('a call that started warm'),
  basis: Basis,
});

/** Runs of experiments, to compare. */
export const experiments = defineQuestion({
  name: 'experiments',
  operationId: 'getExperiments',
  summary: 'Runs of experiments whose client spans arrived, with their results, for comparison',
  description:
    'From the spans of `sandscope probe --collector`. The conclusions of an experiment are only in the `result.json` of the run.',
  tag: 'functions',
  asked: {
    experiment: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Only runs of this experiment.' }),
    ),
  },
  answer: { runs: Type.Array(Run) },
  list: 'runs',
  ask: async ({ store, scope, parameters: { experiment } }) => {
    const { groups, truncated } = await loadRuns(store, scope);
    const wanted = groups.filter((group) => experiment === undefined || group.experiment === experiment);
    const runs = judgeRuns(wanted).map(({ fromMs, toMs, functions, errors, ...rest }) =>
      Object.assign(
        {
          start: isoTime(fromMs),
          end: isoTime(toMs),
          functions: [...functions],
          errors: [...errors],
        },
        rest,
      ),
    );
    return { scope, truncated, body: { runs } };
  },
});
