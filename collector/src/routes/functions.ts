import { Type } from '@fastify/type-provider-typebox';
import { summariseFunctions, summariseReuse } from '../correlate/index.ts';
import type { FunctionSummary } from '../correlate/index.ts';
import { CollectorError } from '../errors.ts';
import { rangeOf, scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { ConcurrencyModel, PickOrder } from './reuse.ts';
import {
  Confidence,
  Count,
  limit,
  listQuery,
  Millis,
  Proportion,
  rangeAnswers,
  rangeQuery,
  Time,
} from './schemas.ts';
import { isoNanos } from './time-range.ts';

const COUNTS = {
  invocations: Count('Invocations whose span arrived, each once.'),
  cold: Count('Invocations that waited for their sandbox to be made.'),
  coldRate: Proportion,
  sandboxes: Count('Sandboxes that ran at least one of them.'),
  alive: Count('Sandboxes not held evicted.'),
  evicted: Count('Sandboxes in the states evicted or confirmed.'),
  hosts: Type.Optional(Count('Distinct hosts. Absent where no host is known.')),
  hostConfidence: Confidence,
  hops: Type.Optional(Count('Consecutive invocations on different hosts. Absent where no host is known.')),
  lostSpans: Count('Invocations that happened but did not arrive, by gaps in the ordinals.'),
  errors: Count('Invocations that failed.'),
};

const Durations = Type.Object({
  p50: Millis('Median, exact; within 0.5 % where the range is busy.'),
  p95: Millis('95th percentile.'),
  p99: Millis('99th percentile.'),
  n: Count('Sample size.'),
});

const SUMMARY = {
  function: Type.String(),
  ...COUNTS,
  durationMs: Durations,
  coldDurationMs: Type.Optional(Durations),
  warmDurationMs: Type.Optional(Durations),
  lastSeen: Time('Start of the newest invocation.'),
};

const Summary = Type.Object(SUMMARY);

/** `GET /api/v1/functions` and `GET /api/v1/functions/{function}`: what is seen, and the summary of one. */
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
      response: rangeAnswers({ functions: Type.Array(Summary), total: Type.Object(COUNTS) }),
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
      response: rangeAnswers({
        ...SUMMARY,
        reuseRatio: Proportion,
        concurrency: ConcurrencyModel,
        pickOrder: PickOrder,
      }),
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
      const { ratio, concurrency, pickOrder } = summariseReuse(judged);
      return { ...range, truncated, ...shown(summary), reuseRatio: ratio, concurrency, pickOrder };
    },
  });
}

function shown({ lastSeenUnixNano, ...summary }: FunctionSummary) {
  return { ...summary, lastSeen: isoNanos(lastSeenUnixNano) };
}
