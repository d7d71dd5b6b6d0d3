import { Type } from '@fastify/type-provider-typebox';
import { Count, Millis } from '../../../schema/index.ts';
import { HAS_FAILED, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import type { Store } from '../../../store/index.ts';
import { countInvocations } from '../../rollup/counts.ts';
import { defineQuestion } from '../question.ts';

const Point = Type.Object({
  startUnixMs: Type.Number({ description: 'Start, milliseconds since the epoch, to the microsecond.' }),
  durationMs: Millis('Of the invocation itself.'),
  initMs: Type.Optional(Millis('Initialisation before a cold invocation, if reported.')),
  cold: Type.Optional(
    Type.Boolean({ description: 'Whether it waited for a new sandbox; absent if unknown.' }),
  ),
  failed: Type.Optional(Type.Boolean({ description: 'True if it failed, else absent.' })),
  function: Type.String({ description: 'Function that was called.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function.' })),
  sandbox: Type.Optional(Type.String({ description: 'Id of the sandbox it ran in.' })),
});

/** If there are more of the kinds that are always included, only the newest are returned. */
const MAX_POINTS = 200_000;
const DEFAULT_WARM = 20_000;

/** The minimal data for a chart of every call. */
export const points = defineQuestion({
  name: 'points',
  operationId: 'listPoints',
  summary: 'Invocations as points over time: all cold or failed ones, and a sample of the rest',
  description:
    'The sample is chosen by a hash of the span id, so a narrower range has the same points and more. Oldest first.',
  tag: 'functions',
  asked: {
    most: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: DEFAULT_WARM,
        description: 'Approximate maximum number of warm points.',
      }),
    ),
  },
  answer: {
    invocations: Count('Invocations in the range, whether included or not.'),
    warmEvery: Type.Integer({
      minimum: 1,
      description:
        'Sampling of the invocations that are neither cold nor failed: one in this many is included.',
    }),
    points: Type.Array(Point),
  },
  list: 'points',
  ask: async ({ store, scope, parameters: { most = DEFAULT_WARM } }) => {
    const { invocations, cold, failed } = await countInvocations(store, scope);
    // How many of the cold ones failed is not counted in rollups: it is taken as if they failed like the others.
    const kept = invocations === 0 ? 0 : cold + failed - (cold * failed) / invocations;
    const warmEvery = Math.max(1, Math.ceil(Math.round(invocations - kept) / most));
    const rows = await readPoints(store, scope, warmEvery);
    const truncated = rows.length > MAX_POINTS;
    return {
      scope,
      truncated,
      body: { invocations, warmEvery, points: rows.slice(0, MAX_POINTS).reverse().map(shown) },
    };
  },
});

const KEPT = `(ifNull(${IS_COLD}, false) OR ${HAS_FAILED})`;

interface Row {
  readonly at: number;
  readonly ms: number;
  /** Negative if unknown. */
  readonly init: number;
  /** 2 if unknown. */
  readonly isCold: number;
  readonly failed: number;
  readonly function: string;
  readonly version: string;
  readonly sandbox: string;
}

/** Largest hash. */
const MAX_HASH = 2n ** 64n - 1n;

/**
 * Newest first, one more than the limit. What is read of each invocation decides the cost: its trace id, as long as two
 * other columns, says nothing that start and span id do not. Hashes up to a bound are taken, so that a range with fewer
 * calls, whose bound is higher, has the same ones too.
 */
async function readPoints(store: Store, scope: Scope, warmEvery: number): Promise<Row[]> {
  const reader = await store.queryBinary(
    `SELECT toUnixTimestamp64Micro(start) / 1000 AS at, duration_ns / 1e6 AS ms, toFloat64(ifNull(init_duration_ms, -1)) AS init,
      toUInt8(ifNull(${IS_COLD}, 2)) AS isCold, toUInt8(${HAS_FAILED}) AS failed, toString(function), toString(version), sandbox_id AS sandbox
    FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)}
      AND (${KEPT} OR cityHash64(span_id) <= {bound:UInt64})
    ORDER BY start DESC, function DESC, span_id DESC
    LIMIT 1 BY function, start, span_id
    LIMIT ${MAX_POINTS + 1}`,
    { ...scopeParams(scope), bound: String(MAX_HASH / BigInt(warmEvery)) },
  );
  const rows: Row[] = [];
  while (reader.hasMore) {
    rows.push({
      at: reader.float64(),
      ms: reader.float64(),
      init: reader.float64(),
      isCold: reader.uint8(),
      failed: reader.uint8(),
      function: reader.string(),
      version: reader.string(),
      sandbox: reader.string(),
    });
  }
  return rows;
}

function shown({ at, ms, init, isCold, failed, function: name, version, sandbox }: Row) {
  return {
    startUnixMs: at,
    durationMs: Math.round(ms * 1000) / 1000,
    // Every call of a sandbox has its initialisation; only the first waited for it.
    ...(isCold === 1 && init >= 0 && { initMs: init }),
    ...(isCold < 2 && { cold: isCold === 1 }),
    ...(failed === 1 && { failed: true }),
    function: name,
    ...(version !== '' && { version }),
    ...(sandbox !== '' && { sandbox }),
  };
}
