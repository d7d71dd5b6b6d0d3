import { Type } from '@fastify/type-provider-typebox';
import { summariseReuse } from '../correlate/index.ts';
import type { FunctionWindow } from '../correlate/index.ts';
import { windowOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { Count, listQuery, OneOf, Proportion, rangeAnswers } from './schemas.ts';

export const ConcurrencyModel = Type.Object({
  model: OneOf(['one-to-one', 'one-to-many', 'unknown'], 'Whether a sandbox serves one request at a time.'),
  n: Count('Invocations looked at; of a busy function the newest.'),
  overlaps: Count('Pairs of these that overlapped.'),
  overlapsInSandbox: Count('Pairs that did so inside one sandbox.'),
  maxConcurrent: Count('Most invocations at once in one sandbox.'),
  pValue: Type.Optional(
    Type.Number({
      description: 'Bound on the chance of no overlap inside a sandbox if several requests fitted.',
    }),
  ),
});

export const PickOrder = Type.Object({
  order: OneOf(
    ['most-recent', 'least-recent', 'random', 'unknown'],
    'Which idle sandbox is taken next; unknown while the evidence favours none.',
  ),
  n: Count('Picks with at least two idle sandboxes known to be alive.'),
  z: Type.Optional(Type.Number({ description: 'Standardised mean rank: far below 0 is most recent first.' })),
  mostRecentShare: Type.Optional(
    Type.Number({ description: 'Share of picks that took the most recently used.' }),
  ),
  mostRecentExpected: Type.Optional(Type.Number({ description: 'The same share if picks were random.' })),
});

const FunctionReuse = Type.Object({
  function: Type.String(),
  ratio: Proportion,
  sandboxes: Count('Sandboxes seen.'),
  invocationsPerSandbox: Type.Object({
    n: Count('Sandboxes.'),
    min: Type.Optional(Type.Integer()),
    p50: Type.Optional(Type.Integer()),
    p95: Type.Optional(Type.Integer()),
    max: Type.Optional(Type.Integer()),
    histogram: Type.Array(
      Type.Object({
        from: Type.Integer(),
        to: Type.Integer(),
        sandboxes: Count('With so many invocations.'),
      }),
    ),
  }),
  concurrency: ConcurrencyModel,
  pickOrder: PickOrder,
});

/** `GET /api/v1/reuse`: how sandboxes are used again, for each function. */
export function reuseRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/reuse',
    schema: {
      operationId: 'getReuse',
      summary: 'Reuse of sandboxes: ratio, invocations per sandbox, concurrency model, pick order',
      tags: ['sandboxes'],
      querystring: listQuery({}),
      response: rangeAnswers({ functions: Type.Array(FunctionReuse) }),
    },
    handler: async (request, reply) => {
      const { window, range } = await windowOf(options, request.query);
      const functions = [...window.functions].map(([name, judged]) => shown(name, judged));
      const answer = { ...range, truncated: window.truncated, functions };
      return listed(reply, request.query.format, answer, 'functions', FunctionReuse);
    },
  });
}

function shown(name: string, judged: FunctionWindow) {
  const { invocationsPerSandbox, ...reuse } = summariseReuse(judged);
  const { histogram, ...counts } = invocationsPerSandbox;
  return { function: name, ...reuse, invocationsPerSandbox: { ...counts, histogram: [...histogram] } };
}
