import { Type } from '@fastify/type-provider-typebox';
import { Count, isoTime, Millis, Time } from '../../../schema/index.ts';
import { countTimeline } from '../../timeline.ts';
import { defineQuestion } from '../question.ts';

const Bucket = Type.Object({
  start: Time('Start of the bucket.'),
  cold: Count('Invocations that started cold in it.'),
  warm: Count('Invocations that started warm in it.'),
  unknown: Count('Invocations without that information.'),
  errors: Count('Invocations that failed.'),
  sandboxesAlive: Count('Sandboxes known to have been alive at some moment of it.'),
});

/** Cold and warm invocations and living sandboxes over time. */
export const timeline = defineQuestion({
  name: 'timeline',
  operationId: 'getTimeline',
  summary: 'Cold and warm invocations and living sandboxes over time',
  tag: 'functions',
  asked: {
    buckets: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 60,
        description:
          'Greatest number of parts of the range, default 60; fewer if that makes their width round, such as 10 minutes.',
      }),
    ),
  },
  answer: { bucketMs: Millis('Width of a bucket.'), buckets: Type.Array(Bucket) },
  list: 'buckets',
  asksViews: true,
  ask: async ({ store, scope: asked, parameters }) => {
    const { scope, truncated, bucketMs, buckets } = await countTimeline(
      store,
      asked,
      parameters.buckets ?? 60,
    );
    const shown = buckets.map(({ startMs, cold, warm, unknown, errors, sandboxesAlive }) => ({
      start: isoTime(startMs),
      cold,
      warm,
      unknown,
      errors,
      sandboxesAlive,
    }));
    return { scope, truncated, body: { bucketMs, buckets: shown } };
  },
});
