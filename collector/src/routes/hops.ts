import { Type } from '@fastify/type-provider-typebox';
import { countHops, loadHopTotals, weakest } from '../correlate/index.ts';
import type { Hops, Window } from '../correlate/index.ts';
import { rangeOf, scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { Confidence, Count, limit, listQuery, Proportion, rangeAnswers, Time } from './schemas.ts';
import { isoTime } from './time-range.ts';

const FunctionHops = Type.Object({
  function: Type.String(),
  hostConfidence: Confidence,
  knownRatio: Type.Number({ description: 'Share of invocations whose host is known, 0 to 1.' }),
  pairs: Count('Consecutive invocations with both hosts known.'),
  hops: Count('Of them, on different hosts.'),
  hopsLow: Count('Fewest hops over all orders that agree with what overlapped.'),
  hopsHigh: Count('Most hops over all those orders; `hops` is by the order of starts.'),
  sandboxHops: Count('Of them, in different sandboxes of one host.'),
  rate: Proportion,
  independentRate: Type.Optional(
    Type.Number({ description: 'Hop rate to expect if each invocation were placed independently.' }),
  ),
  rateRatio: Type.Optional(
    Type.Number({ description: 'Rate over independent rate: far below 1 is sticky placement.' }),
  ),
  transitions: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), count: Count('Pairs.') }), {
    description:
      'The transition matrix, cells above 0, the 2000 greatest; 100 where all functions are asked about.',
  }),
  transitionsTruncated: Type.Boolean(),
  sequence: Type.Array(
    Type.Object({
      host: Type.String(),
      from: Time('First start of the stay.'),
      to: Time('Latest end of the stay.'),
      invocations: Count('In a row on this host.'),
    }),
    {
      description:
        'Stays on hosts, oldest first, the newest `limit` of them; of a busy function those of its newest invocations.',
    },
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
      querystring: listQuery({ limit: limit(200, 2000) }),
      response: rangeAnswers({ functions: Type.Array(FunctionHops) }),
    },
    handler: async (request, reply) => {
      const { format, limit: wanted = 200 } = request.query;
      const { store, scope } = await scopeOf(options, request.query);
      const { window, totals } = await loadHopTotals(store, scope);
      const range = rangeOf(window.scope);
      const functions = [...window.functions].map(([name, { invocations }]) => {
        const newest = countHops(invocations, window.hosts);
        return shown(name, { ...newest, ...totals?.get(name) }, window, wanted);
      });
      const answer = { ...range, truncated: window.truncated, functions };
      return listed(reply, format, answer, 'functions', FunctionHops);
    },
  });
}

/** Cells shown for each function, when one is asked about and when all are. */
const MAX_TRANSITIONS = { one: 2000, all: 100 };

function shown(name: string, counted: Hops, window: Window, stays: number) {
  const { known, sequence, transitions, bounds, ...hops } = counted;
  const { count = 0, lives = [], invocations = [] } = window.functions.get(name) ?? {};
  const { rate, independentRate } = hops;
  const cells = window.scope.function === undefined ? MAX_TRANSITIONS.all : MAX_TRANSITIONS.one;
  return {
    function: name,
    hostConfidence: weakest(lives.flatMap((life) => window.hosts.get(life.key) ?? [])),
    knownRatio: count === 0 ? 0 : known / count,
    ...hops,
    hopsLow: bounds.low,
    hopsHigh: bounds.high,
    ...(rate.value !== undefined && independentRate && { rateRatio: rate.value / independentRate }),
    transitions: transitions.slice(0, cells),
    transitionsTruncated: transitions.length > cells,
    sequence: sequence.slice(-stays).map(({ host, fromMs, toMs, invocations: n }) => ({
      host,
      from: isoTime(fromMs),
      to: isoTime(toMs),
      invocations: n,
    })),
    sequenceTruncated: sequence.length > stays || invocations.length < count,
  };
}
