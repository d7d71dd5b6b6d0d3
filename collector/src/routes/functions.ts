import { Type } from '@fastify/type-provider-typebox';
import { KNOWABLE_ANSWERS, summariseFunctions, summariseReuse } from '../correlate/index.ts';
import type { FunctionSummary, Reuse } from '../correlate/index.ts';
import { CollectorError } from '../errors/errors.ts';
import {
  Confidence,
  Count,
  ErrorAnswer,
  Millis,
  OneOf,
  Proportion,
  Time,
  isoNanos,
  limit,
  listQuery,
  rangeAnswers,
  rangeOf,
  rangeQuery,
} from '../schema/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import {
  ConcurrencyModel,
  KeepAlive,
  PickOrder,
  shownDeployment,
  shownJudgement,
} from '../correlate/questions/index.ts';

const COUNTS = {
  invocations: Count('Invocations whose span arrived, each once.'),
  cold: Count(
    'Invocations that waited for a new sandbox: as the span reports it, else the first of a process.',
  ),
  coldRate: Proportion,
  withoutSandbox: Count(
    'Invocations that named no sandbox. If none names one, counts of sandboxes are absent, because sandboxes cannot be distinguished.',
  ),
  sandboxes: Type.Optional(Count('Sandboxes that ran at least one of them.')),
  alive: Type.Optional(Count('Sandboxes expected to be alive: the sum of their probabilities, rounded.')),
  evicted: Type.Optional(Count('Sandboxes in the states evicted or confirmed.')),
  hosts: Type.Optional(Count('Distinct hosts. Absent if no host is known.')),
  hostConfidence: Confidence,
  hops: Type.Optional(Count('Consecutive invocations on different hosts. Absent if no host is known.')),
  lostSpans: Type.Optional(
    Count('Invocations whose span did not arrive, from gaps in the ordinals. Absent if there are none.'),
  ),
  errors: Count('Invocations that failed.'),
};

const Durations = Type.Object(
  {
    p50: Millis('Median, exact; within 0.5 % where the range is busy.'),
    p95: Millis('95th percentile.'),
    p99: Millis('99th percentile.'),
    n: Count('Sample size.'),
  },
  { title: 'Durations', description: 'Quantiles of durations.' },
);

const ColdStart = Type.Object(
  {
    platformMs: Type.Optional(
      Millis('Median time of the platform before the sandbox began. Absent without spans of callers.'),
    ),
    initMs: Durations,
    firstCallPenaltyMs: Type.Optional(
      Millis(
        'Median of how much longer the handler takes when it is called first than a warm call of the same version, memory and ' +
          'CPU model; at least 0.',
      ),
    ),
    costMs: Millis(
      'Median of what a cold start adds to what its caller waits for: platform and initialisation if the caller’s span is ' +
        'known, else initialisation, and the first call’s penalty. The same as `phases.totalMs` of `cold-starts`.',
    ),
  },
  {
    description:
      'What a cold start costs the caller that waits for it, without the duration of the handler. Absent if no cold ' +
      'invocation reported its initialisation.',
  },
);

const Answer = OneOf(KNOWABLE_ANSWERS, 'Something that can be asked about a function.');

const Missing = Type.Object(
  {
    answers: Type.Array(Answer, { description: 'Answers that are missing.' }),
    lacks: Type.String({ description: 'The reason: what the spans lack.' }),
    add: Type.String({ description: 'What to add to get them.' }),
  },
  { title: 'MissingAnswers' },
);

const SUMMARY = {
  function: Type.String({ description: 'Its name.' }),
  ...COUNTS,
  durationMs: Durations,
  coldDurationMs: Type.Optional(Durations),
  warmDurationMs: Type.Optional(Durations),
  coldStart: Type.Optional(ColdStart),
  lastSeen: Time('Start of the newest invocation.'),
  sandboxIdSources: Type.Array(Type.String(), {
    description: 'Attributes that name the sandboxes. Empty if none does, or if it was not stored.',
  }),
  knows: Type.Array(Answer, { description: 'Answers that the data allow.' }),
  missing: Type.Array(Missing, { description: 'Which answers are missing, and what to add to get them.' }),
};

const Summary = Type.Object(SUMMARY, { title: 'FunctionSummary' });

/** `GET /api/v1/functions` and `GET /api/v1/functions/{function}`: all functions seen, and the summary of one. */
export function functionRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/functions',
    schema: {
      operationId: 'listFunctions',
      summary: 'Functions seen, each with its summary, and the total',
      description: 'Totals are sums over functions; `total.hosts` counts distinct hosts.',
      tags: ['functions'],
      querystring: listQuery({ limit: limit(500, 5000) }),
      response: rangeAnswers(
        {
          functions: Type.Array(Summary, { description: 'Each function that was called in the range.' }),
          total: Type.Object(COUNTS, { description: 'The total over all functions.' }),
        },
        'FunctionsAnswer',
      ),
    },
    handler: async (request, reply) => {
      const { format, limit: wanted = 500 } = request.query;
      const { store, scope } = await scopeOf(options, request.query);
      const { functions, total, truncated, window } = await summariseFunctions(store, scope, wanted);
      const answer = { ...rangeOf(window.scope), truncated, functions: functions.map(shown), total };
      return listed(reply, format, answer, 'functions', Summary);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/functions/:function',
    schema: {
      operationId: 'getFunction',
      summary: 'The summary of one function, with its concurrency model and pick order',
      tags: ['functions'],
      params: Type.Object({ function: Type.String({ minLength: 1, maxLength: 512 }) }),
      querystring: rangeQuery({}),
      response: {
        ...rangeAnswers(
          {
            ...SUMMARY,
            reuseRatio: Proportion,
            concurrency: ConcurrencyModel,
            pickOrder: PickOrder,
            keepAlive: Type.Optional(KeepAlive),
          },
          'FunctionAnswer',
        ),
        409: ErrorAnswer,
      },
    },
    handler: async (request) => {
      const name = request.params.function;
      const { store, scope } = await scopeOf(options, { ...request.query, function: name });
      const { functions, truncated, window } = await summariseFunctions(store, scope, 1);
      const range = rangeOf(window.scope);
      const [summary] = functions;
      const judged = window.functions.get(name);
      if (!summary || !judged) {
        throw new CollectorError(
          'ERR_FUNCTION_NOT_FOUND',
          `${JSON.stringify(name)} was not seen in this time range`,
          {
            statusCode: 404,
            details: { function: name, ...range },
          },
        );
      }
      const [reuse, ...others] = summariseReuse(judged, window);
      if (reuse === undefined || others.length > 0) throw severalDeployments(name, [reuse, ...others]);
      const { alive: _, ...judgement } = shownJudgement(reuse);
      return { ...range, truncated, ...shown(summary), reuseRatio: reuse.ratio, ...judgement };
    },
  });
}

/** Mixed figures of two regions would describe neither. */
function severalDeployments(name: string, found: readonly (Reuse | undefined)[]): CollectorError {
  return new CollectorError(
    'ERR_SEVERAL_DEPLOYMENTS',
    `${JSON.stringify(name)} runs in several places: choose one with region or account`,
    {
      statusCode: 409,
      details: {
        function: name,
        deployments: found.flatMap((reuse) =>
          reuse ? [{ ...shownDeployment(reuse.deployment), sandboxes: reuse.sandboxes }] : [],
        ),
      },
    },
  );
}

function shown({ lastSeenUnixNano, sandboxIdSources, knows, missing, ...summary }: FunctionSummary) {
  return {
    ...summary,
    lastSeen: isoNanos(lastSeenUnixNano),
    sandboxIdSources: [...sandboxIdSources],
    knows: [...knows],
    missing: missing.map(({ answers, ...why }) => ({ answers: [...answers], ...why })),
  };
}
