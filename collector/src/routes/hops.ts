import { Type } from '@fastify/type-provider-typebox';
import { countHops, loadWindow, weakest } from '../correlate/index.ts';
import type { FunctionWindow, Window } from '../correlate/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import {
  Confidence,
  Count,
  ErrorAnswer,
  functionQuery,
  limit,
  Proportion,
  rangeAnswer,
  storeErrors,
  Time,
} from './schemas.ts';
import { isoTime } from './time-range.ts';

const FunctionHops = Type.Object({
  function: Type.String(),
  hostConfidence: Confidence,
  knownRatio: Type.Number({ description: 'Share of invocations whose host is known, 0 to 1.' }),
  pairs: Count('Consecutive invocations with both hosts known.'),
  hops: Count('Of them, on different hosts.'),
  sandboxHops: Count('Of them, in different sandboxes of one host.'),
  rate: Proportion,
  independentRate: Type.Optional(
    Type.Number({ description: 'Hop rate to expect if each invocation were placed independently.' }),
  ),
  rateRatio: Type.Optional(
    Type.Number({ description: 'Rate over independent rate: far below 1 is sticky placement.' }),
  ),
  transitions: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), count: Count('Pairs.') }), {
    description: 'The transition matrix, cells above 0.',
  }),
  sequence: Type.Array(
    Type.Object({
      host: Type.String(),
      from: Time('First start of the stay.'),
      to: Time('Latest end of the stay.'),
      invocations: Count('In a row on this host.'),
    }),
    { description: 'Stays on hosts, oldest first, the newest `limit` of them.' },
  ),
  sequenceTruncated: Type.Boolean(),
});

/** `GET /api/v1/hops`: how functions move between hosts. */
export function hopRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/hops',
    schema: {
      operationId: 'getHops',
      summary:
        'Host hops of each function: count, rate against the independent-placement null, transitions, sequence',
      description:
        'In order of function-side start. Invocations on unknown hosts break the sequence; none is guessed.',
      tags: ['hosts'],
      querystring: functionQuery({ limit: limit(200, 2000) }),
      response: {
        200: rangeAnswer({ functions: Type.Array(FunctionHops) }),
        404: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async (request) => {
      const wanted = request.query.limit ?? 200;
      const { store, scope, range } = await scopeOf(options, request.query);
      const window = await loadWindow(store, scope);
      const functions = [...window.functions].map(([name, judged]) => shown(name, judged, window, wanted));
      return { ...range, truncated: window.truncated, functions };
    },
  });
}

function shown(name: string, { invocations, lives }: FunctionWindow, window: Window, stays: number) {
  const { known, sequence, transitions, ...hops } = countHops(invocations, window.hosts);
  const { rate, independentRate } = hops;
  return {
    function: name,
    hostConfidence: weakest(lives.flatMap((life) => window.hosts.get(life.key) ?? [])),
    knownRatio: known / invocations.length,
    ...hops,
    ...(rate.value !== undefined && independentRate && { rateRatio: rate.value / independentRate }),
    transitions: [...transitions],
    sequence: sequence.slice(-stays).map(({ host, fromMs, toMs, invocations: count }) => ({
      host,
      from: isoTime(fromMs),
      to: isoTime(toMs),
      invocations: count,
    })),
    sequenceTruncated: sequence.length > stays,
  };
}
