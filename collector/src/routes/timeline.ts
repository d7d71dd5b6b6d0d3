import { Type } from '@fastify/type-provider-typebox';
import { loadWindow, toNanos } from '../correlate/index.ts';
import type { Scope, Window } from '../correlate/index.ts';
import type { Store } from '../store/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { Count, ErrorAnswer, functionQuery, Millis, rangeAnswer, storeErrors, Time } from './schemas.ts';
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
      querystring: functionQuery({
        buckets: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 1000,
            default: 60,
            description: 'Parts of the range, default 60.',
          }),
        ),
      }),
      response: {
        200: rangeAnswer({ bucketMs: Millis('Width of a bucket.'), buckets: Type.Array(Bucket) }),
        404: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async (request) => {
      const { store, scope, range } = await scopeOf(options, request.query);
      const wanted = request.query.buckets ?? 60;
      const bucketMs = Math.max(1, Math.ceil((scope.toMs - scope.fromMs) / wanted));
      const [counts, window] = await Promise.all([
        countBuckets(store, scope, bucketMs),
        loadWindow(store, scope),
      ]);
      const buckets = Array.from(
        { length: Math.ceil((scope.toMs - scope.fromMs) / bucketMs) },
        (_, index) => {
          const row = counts.get(index);
          const cold = Number(row?.n_cold ?? 0);
          const warm = Number(row?.n_warm ?? 0);
          return {
            start: isoTime(scope.fromMs + index * bucketMs),
            cold,
            warm,
            unknown: Number(row?.total ?? 0) - cold - warm,
            errors: Number(row?.errors ?? 0),
            sandboxesAlive: 0,
          };
        },
      );
      countAlive(buckets, window, bucketMs);
      return { ...range, truncated: window.truncated, bucketMs, buckets };
    },
  });
}

interface CountRow {
  readonly bucket: string;
  readonly n_cold: string;
  readonly n_warm: string;
  readonly total: string;
  readonly errors: string;
}

async function countBuckets(store: Store, scope: Scope, bucketMs: number): Promise<Map<number, CountRow>> {
  const rows = await store.query<CountRow>(
    `SELECT intDiv(toUnixTimestamp64Nano(start) - {from:Int64}, {width:Int64}) AS bucket, count() AS total,
      countIf(cold = true) AS n_cold, countIf(cold = false) AS n_warm,
      countIf(status IN ('Error', 'STATUS_CODE_ERROR')) AS errors
    FROM ${store.database}.invocations FINAL
    WHERE start >= fromUnixTimestamp64Nano({from:Int64}) AND start < fromUnixTimestamp64Nano({to:Int64})
      ${scope.function === undefined ? '' : 'AND function = {function:String}'}
    GROUP BY bucket`,
    {
      from: toNanos(scope.fromMs),
      to: toNanos(scope.toMs),
      width: toNanos(bucketMs),
      ...(scope.function !== undefined && { function: scope.function }),
    },
  );
  return new Map(rows.map((row) => [Number(row.bucket), row]));
}

/** A sandbox counts from its first start to its end; an evicted one to its last use, the others to the end of the range. */
function countAlive(buckets: { sandboxesAlive: number }[], window: Window, bucketMs: number): void {
  const { fromMs } = window.scope;
  for (const { lives, fates } of window.functions.values()) {
    for (const life of lives) {
      const fate = fates.get(life.key);
      let untilMs = window.asOfMs;
      if (fate?.state === 'confirmed') untilMs = fate.evicted?.beforeMs ?? untilMs;
      else if (fate?.state === 'evicted') untilMs = life.lastEndMs;
      const first = Math.floor((life.firstStartMs - fromMs) / bucketMs);
      const last = Math.min(
        buckets.length - 1,
        Math.floor((Math.max(untilMs, life.lastEndMs) - fromMs) / bucketMs),
      );
      for (const bucket of buckets.slice(first, last + 1)) bucket.sandboxesAlive += 1;
    }
  }
}
