import { Type } from '@fastify/type-provider-typebox';
import {
  Cause,
  Ground,
  isoTime,
  limit,
  Millis,
  OneOf,
  pageOf,
  rangeOf,
  Time,
} from '../../../schema/index.ts';
import type { Window } from '../../window.ts';
import { defineQuestion } from '../question.ts';

const EvictionState = OneOf(
  ['evicted', 'confirmed'],
  'confirmed: the sandbox reported it. evicted: inferred, with a probability of at least 0.95.',
);

const Eviction = Type.Object({
  sandbox: Type.String({ description: 'Its id.' }),
  function: Type.String({ description: 'Function that ran in it.' }),
  host: Type.Optional(Type.String({ description: 'Its host, if known.' })),
  state: EvictionState,
  evictedProbability: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Probability that it was evicted.',
  }),
  after: Time('Lower end of the 95 % interval of its time of death.'),
  before: Time('Upper end of the interval; equal to the lower end after a goodbye.'),
  idleMs: Type.Object(
    {
      low: Millis('Minimum idle time before it died.'),
      high: Millis('Maximum idle time before it died.'),
    },
    { description: 'Its idle time when it died.' },
  ),
  cause: Cause,
  ground: Ground,
  reason: Type.Optional(Type.String({ description: 'Reason for its end, as the sandbox reported it.' })),
});

/** Sandboxes that are gone, newest first. */
export const evictions = defineQuestion({
  name: 'evictions',
  operationId: 'listEvictions',
  summary: 'Evictions, newest first, with interval, cause and idle time',
  description: 'Follow `nextCursor` for older ones; it carries the time range of the first page.',
  tag: 'sandboxes',
  asked: { state: Type.Optional(EvictionState), limit: limit(500, 10_000) },
  answer: { evictions: Type.Array(Eviction) },
  list: 'evictions',
  pages: true,
  ask: async ({ window: judged, parameters: { state, limit: wanted = 500 }, cursor }) => {
    const window = await judged();
    const all = gatherEvictions(window).filter(
      ({ eviction }) => state === undefined || eviction.state === state,
    );
    const { page, isCut, next } = pageOf(all, wanted, cursor, rangeOf(window.scope));
    return {
      scope: window.scope,
      truncated: window.truncated || isCut,
      body: { evictions: page.map(({ eviction }) => eviction), ...next },
    };
  },
});

function gatherEvictions(window: Window) {
  return [...window.functions.values()].flatMap(({ lives, fates }) =>
    lives.flatMap((life) => {
      const fate = fates.get(life.key);
      if (!fate?.evicted || (fate.state !== 'evicted' && fate.state !== 'confirmed')) return [];
      const { afterMs, beforeMs } = fate.evicted;
      const host = window.hosts.get(life.key)?.id;
      return [
        {
          atMs: beforeMs,
          name: life.key,
          eviction: {
            sandbox: life.sandboxId,
            function: life.function,
            ...(host !== undefined && { host }),
            state: fate.state,
            evictedProbability: fate.evictedProbability,
            after: isoTime(afterMs),
            before: isoTime(beforeMs),
            idleMs: {
              low: Math.max(0, afterMs - life.lastEndMs),
              high: Math.max(0, beforeMs - life.lastEndMs),
            },
            cause: fate.cause ?? ('idle' as const),
            ground: fate.ground,
            ...(fate.reason !== undefined && { reason: fate.reason }),
          },
        },
      ];
    }),
  );
}
