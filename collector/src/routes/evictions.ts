import { Type } from '@fastify/type-provider-typebox';
import type { Window } from '../correlate/index.ts';
import { windowOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { Cause } from './sandboxes.ts';
import { limit, listQuery, Millis, OneOf, rangeAnswers, Time } from './schemas.ts';
import { isoTime } from './time-range.ts';

const EvictionState = OneOf(
  ['evicted', 'confirmed'],
  'confirmed: the sandbox said so. evicted: inferred, P ≥ 0.95.',
);

const Eviction = Type.Object({
  sandbox: Type.String(),
  function: Type.String(),
  host: Type.Optional(Type.String()),
  state: EvictionState,
  evictedProbability: Type.Number({ minimum: 0, maximum: 1 }),
  after: Time('Its last use.'),
  before: Time('Its goodbye, or the first arrival that decides.'),
  idleMs: Type.Object({
    low: Millis('It was idle at least so long before it went.'),
    high: Millis('And at most so long.'),
  }),
  cause: Cause,
  reason: Type.Optional(Type.String({ description: 'What it said it was stopped by.' })),
});

/** `GET /api/v1/evictions`: sandboxes that are gone, newest first. */
export function evictionRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/evictions',
    schema: {
      operationId: 'listEvictions',
      summary: 'Evictions, newest first, with interval, cause and idle time',
      tags: ['sandboxes'],
      querystring: listQuery({ state: Type.Optional(EvictionState), limit: limit(500, 10_000) }),
      response: rangeAnswers({ evictions: Type.Array(Eviction) }),
    },
    handler: async (request, reply) => {
      const { state, format, limit: wanted = 500 } = request.query;
      const { window, range } = await windowOf(options, request.query);
      const all = gatherEvictions(window).filter(
        (eviction) => state === undefined || eviction.state === state,
      );
      const truncated = window.truncated || all.length > wanted;
      const answer = { ...range, truncated, evictions: all.slice(0, wanted) };
      return listed(reply, format, answer, 'evictions', Eviction);
    },
  });
}

function gatherEvictions(window: Window) {
  const all = [...window.functions.values()].flatMap(({ lives, fates }) =>
    lives.flatMap((life) => {
      const fate = fates.get(life.key);
      if (!fate?.evicted || (fate.state !== 'evicted' && fate.state !== 'confirmed')) return [];
      const { afterMs, beforeMs } = fate.evicted;
      const host = window.hosts.get(life.key)?.id;
      return [
        {
          sandbox: life.sandboxId,
          function: life.function,
          ...(host !== undefined && { host }),
          state: fate.state,
          evictedProbability: fate.evictedProbability,
          after: isoTime(afterMs),
          before: isoTime(beforeMs),
          idleMs: { low: fate.state === 'confirmed' ? beforeMs - afterMs : 0, high: beforeMs - afterMs },
          cause: fate.cause ?? ('idle' as const),
          ...(fate.reason !== undefined && { reason: fate.reason }),
        },
      ];
    }),
  );
  return all.sort((a, b) => (a.before < b.before ? 1 : -1));
}
