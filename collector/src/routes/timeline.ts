import { Type } from '@fastify/type-provider-typebox';
import { countTimeline } from '../correlate/index.ts';
import { rangeOf, scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { Count, listQuery, Millis, rangeAnswers, Time } from './schemas.ts';
import { isoTime } from './time-range.ts';

const Bucket = Type.Object({
  start: Time('Start of the bucket.'),
  cold: Count('Invocations that started cold in it.'),
  warm: Count('Invocations that started warm in it.'),
  unknown: Count('Invocations that did not say.'),
  errors: Count('Invocations that failed.'),
  sandboxesAlive: Count('Sandboxes known to have been alive at some moment of it.'),
});

/** `GET /api/v1/timeline`: cold and warm invocations and living sandboxes over time. */
export function timelineRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/timeline',
    schema: {
      operationId: 'getTimeline',
      summary: 'Cold and warm invocations and living sandboxes over time',
      tags: ['functions'],
      querystring: listQuery({
        buckets: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 1000,
            default: 60,
            description:
              'Parts of the range, default 60; fewer where the range is busy and parts are whole minutes.',
          }),
        ),
      }),
      response: rangeAnswers({ bucketMs: Millis('Width of a bucket.'), buckets: Type.Array(Bucket) }),
    },
    handler: async (request, reply) => {
      const { format, buckets: wanted = 60 } = request.query;
      const { store, scope: asked } = await scopeOf(options, request.query);
      const { scope, truncated, bucketMs, buckets } = await countTimeline(store, asked, wanted);
      const shown = buckets.map(({ startMs, cold, warm, unknown, errors, sandboxesAlive }) => ({
        start: isoTime(startMs),
        cold,
        warm,
        unknown,
        errors,
        sandboxesAlive,
      }));
      const answer = { ...rangeOf(scope), truncated, bucketMs, buckets: shown };
      return listed(reply, format, answer, 'buckets', Bucket);
    },
  });
}
