import { Type } from '@fastify/type-provider-typebox';
import { Count, Millis } from '../../../schema/index.ts';
import { HAS_FAILED, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import type { Store } from '../../../store/index.ts';
import { defineQuestion } from '../question.ts';

const Point = Type.Object({
  startUnixMs: Type.Number({ description: 'Start, milliseconds since the epoch, to the microsecond.' }),
  durationMs: Millis('Of the invocation itself.'),
  initMs: Type.Optional(Millis('Initialisation before a cold invocation, if reported.')),
  cold: Type.Optional(Type.Boolean({ description: 'It waited for its sandbox; absent if unknown.' })),
  failed: Type.Optional(Type.Boolean({ description: 'True where it failed, else absent.' })),
  function: Type.String({ description: 'That was called.' }),
  version: Type.Optional(Type.String({ description: 'Of the function.' })),
  sandbox: Type.Optional(Type.String({ description: 'Id of the sandbox it ran in.' })),
});

/** If there are more of the kinds that are always included, only the newest are returned. */
const MAX_POINTS = 200_000;
const DEFAULT_WARM = 20_000;

/** The minimal data for a chart of every call. */
export const points = defineQuestion({
  name: 'points',
  operationId: 'listPoints',
  summary: 'Invocations as points over time: all that were cold or failed, and at most so many of the rest',
  description:
    'The rest is thinned by a hash of the span id, so that a narrower range has the same ones and more. Oldest first.',
  tag: 'functions',
  asked: {
    most: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: DEFAULT_WARM,
        description: 'Warm points at most, about.',
      }),
    ),
  },
  answer: {
    invocations: Count('In the range, drawn or not.'),
    warmEvery: Type.Integer({
      minimum: 1,
      description: 'One in so many of those neither cold nor failed is here.',
    }),
    points: Type.Array(Point),
  },
  list: 'points',
  ask: async ({ store, scope, parameters: { most = DEFAULT_WARM } }) => {
    const { all, kept } = await countInvocations(store, scope);
    const warmEvery = Math.max(1, Math.ceil((all - kept) / most));
    const rows = await readPoints(store, scope, warmEvery);
    const truncated = rows.length > MAX_POINTS;
    return {
      scope,
      truncated,
      body: { invocations: all, warmEvery, points: rows.slice(0, MAX_POINTS).reverse().map(shown) },
    };
  },
});

const KEPT = `(ifNull(${IS_COLD}, false) OR ${HAS_FAILED})`;

async function countInvocations(store: Store, scope: Scope): Promise<{ all: number; kept: number }> {
  const [counts] = await store.query<{ n: string; kept: string }>(
    `SELECT count() AS n, countIf(${KEPT}) AS kept FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)}`,
    scopeParams(scope),
  );
  return { all: Number(counts?.n ?? 0), kept: Number(counts?.kept ?? 0) };
}

interface Row {
  readonly at: number;
  readonly ms: number;
  readonly init: number | null;
  readonly isCold: boolean | null;
  readonly failed: number;
  readonly function: string;
  readonly version: string;
  readonly sandbox: string;
}

/** Newest first, one more than the limit. */
function readPoints(store: Store, scope: Scope, warmEvery: number): Promise<Row[]> {
  return store.query<Row>(
    `SELECT toUnixTimestamp64Micro(start) / 1000 AS at, duration_ns / 1e6 AS ms, init_duration_ms AS init, ${IS_COLD} AS isCold,
      ${HAS_FAILED} AS failed, function, version, sandbox_id AS sandbox
    FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)}
      AND (${KEPT} OR cityHash64(trace_id, span_id) % {every:UInt32} = 0)
    ORDER BY start DESC, trace_id DESC, span_id DESC
    LIMIT 1 BY function, start, trace_id, span_id
    LIMIT ${MAX_POINTS + 1}`,
    { ...scopeParams(scope), every: String(warmEvery) },
  );
}

function shown({ at, ms, init, isCold, failed, function: name, version, sandbox }: Row) {
  return {
    startUnixMs: at,
    durationMs: Math.round(ms * 1000) / 1000,
    // Every call of a sandbox has its initialisation; only the first waited for it.
    ...(isCold === true && init !== null && { initMs: init }),
    ...(isCold !== null && { cold: isCold }),
    ...(failed === 1 && { failed: true }),
    function: name,
    ...(version !== '' && { version }),
    ...(sandbox !== '' && { sandbox }),
  };
}
