import { Type } from '@fastify/type-provider-typebox';
import { ClusteredProportion, Confidence, Count, isoTime, limit, Time } from '../../../schema/index.ts';
import { countHops } from '../../hops.ts';
import type { Hops } from '../../hops.ts';
import { weakest } from '../../hosts.ts';
import { loadHopTotals } from '../../hop-totals.ts';
import type { Window } from '../../window.ts';
import { defineQuestion } from '../question.ts';

const FunctionHops = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  hostConfidence: Confidence,
  knownRatio: Type.Number({ description: 'Share of invocations whose host is known, 0 to 1.' }),
  pairs: Count('Consecutive invocations with both hosts known.'),
  hops: Count('Of these, on different hosts.'),
  hopsLow: Count('Fewest hops over all orders that are possible for overlapping invocations.'),
  hopsHigh: Count('Most hops over these orders; `hops` uses the order of starts.'),
  sandboxHops: Count('Of these, in different sandboxes on one host.'),
  rate: ClusteredProportion,
  independentRate: Type.Optional(
    Type.Number({
      description:
        'Expected hop rate if each invocation were placed independently, with the observed shares of the hosts: the mean over all ' +
        'orders of the invocations. Absent with one host or fewer than 12 pairs.',
    }),
  ),
  independentRateLow: Type.Optional(
    Type.Number({ description: 'Lower end of the interval that contains 95 % of the orders.' }),
  ),
  independentRateHigh: Type.Optional(Type.Number({ description: 'Upper end of the interval.' })),
  independentP: Type.Optional(
    Type.Number({
      description: 'p value of no stickiness: share of the orders that are at least as far from that rate.',
    }),
  ),
  rateRatio: Type.Optional(
    Type.Number({
      description: 'Rate divided by the independent rate. Far below 1 means that placement is sticky.',
    }),
  ),
  transitions: Type.Array(
    Type.Object({
      from: Type.String({ description: 'Host before.' }),
      to: Type.String({ description: 'Host after.' }),
      count: Count('Pairs.'),
    }),
    {
      description:
        'The transition matrix: the 2000 largest cells above 0, or 100 if the question is about all functions.',
    },
  ),
  transitionsTruncated: Type.Boolean({ description: 'Whether some cells were left out.' }),
  sequence: Type.Array(
    Type.Object({
      host: Type.String({ description: 'Its id.' }),
      from: Time('Start of the first of these invocations.'),
      to: Time('Latest end of these invocations.'),
      invocations: Count('Consecutive invocations on this host.'),
    }),
    {
      description:
        'Runs of consecutive invocations on one host, oldest first: the newest `limit` of them. For a busy function, only those of its newest invocations.',
    },
  ),
  sequenceTruncated: Type.Boolean({ description: 'Whether some entries were left out.' }),
});

/** How functions move between hosts. */
export const hops = defineQuestion({
  name: 'hops',
  operationId: 'getHops',
  summary: 'Host hops of each function: number, rate compared with chance, transitions, sequence',
  description:
    'In the order in which functions started. Invocations on unknown hosts interrupt the sequence; hosts are never guessed.',
  tag: 'hosts',
  asked: { limit: limit(200, 2000) },
  answer: { functions: Type.Array(FunctionHops) },
  list: 'functions',
  asksViews: true,
  ask: async ({ store, scope, parameters }) => {
    const { window, totals } = await loadHopTotals(store, scope);
    const functions = [...window.functions].map(([name, { invocations }]) => {
      const newest = countHops(invocations, window.hosts);
      return shown(name, { ...newest, ...totals?.get(name) }, window, parameters.limit ?? 200);
    });
    return { scope: window.scope, truncated: window.truncated, body: { functions } };
  },
});

/** Most cells shown per function: for one function, and for all. */
const MAX_TRANSITIONS = { one: 2000, all: 100 };

function shown(name: string, counted: Hops, window: Window, stays: number) {
  const { known, sequence, transitions, bounds, independent, ...hops } = counted;
  const { count = 0, lives = [], invocations = [] } = window.functions.get(name) ?? {};
  const { rate } = hops;
  const cells = window.scope.function === undefined ? MAX_TRANSITIONS.all : MAX_TRANSITIONS.one;
  return {
    function: name,
    hostConfidence: weakest(lives.flatMap((life) => window.hosts.get(life.key) ?? [])),
    knownRatio: count === 0 ? 0 : known / count,
    ...hops,
    hopsLow: bounds.low,
    hopsHigh: bounds.high,
    ...(independent && {
      independentRate: independent.expected,
      independentRateLow: independent.low,
      independentRateHigh: independent.high,
      independentP: independent.p,
      ...(rate.value !== undefined && { rateRatio: rate.value / independent.expected }),
    }),
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
