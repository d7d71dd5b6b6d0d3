import { Type } from '@fastify/type-provider-typebox';
import { chainsOf, ENVIRONMENT, loadLifeline } from '../correlate/index.ts';
import type { Fate, FunctionWindow, Invocation, Lifeline, Window } from '../correlate/index.ts';
import { CollectorError } from '../errors/errors.ts';
import {
  Confidence,
  Count,
  Cause,
  CursorParameter,
  DATED_KEY_LENGTH,
  ErrorAnswer,
  Ground,
  Millis,
  NextCursor,
  SandboxState,
  Time,
  isoTime,
  limit,
  listQuery,
  pageOf,
  rangeAnswers,
  rangeOfCursor,
  rangeQuery,
  readCursor,
} from '../schema/index.ts';
import { openStore, windowOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { idMeant } from './id-prefix.ts';
import { listed } from './list.ts';
import { parseTimeRange } from './time-range.ts';

const SANDBOX = {
  id: Type.String({ description: 'Id of the sandbox.' }),
  function: Type.String({ description: 'Function that runs in it.' }),
  instance: Type.Optional(Type.String({ description: 'The platform’s own name of it.' })),
  bootId: Type.Optional(Type.String({ description: 'Boot id of its kernel.' })),
  version: Type.Optional(Type.String({ description: 'Version of the function.' })),
  host: Type.Object(
    {
      id: Type.Optional(Type.String({ description: 'Absent if unknown.' })),
      confidence: Confidence,
    },
    { description: 'Host on which it runs.' },
  ),
  firstSeen: Time('Start of its first invocation in the range.'),
  lastSeen: Time('End of its latest invocation.'),
  invocations: Count('Received.'),
  lost: Count('Spans that did not arrive, from gaps in the ordinals.'),
  restarts: Count('Processes after the first.'),
  idleMs: Millis('Since its latest invocation, up to the end of the range, now, or its goodbye.'),
  state: SandboxState,
  evictedProbability: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Probability that it was evicted.',
  }),
  ground: Ground,
  evicted: Type.Optional(
    Type.Object(
      {
        after: Time('Lower end of the 95 % interval of its time of death.'),
        before: Time('Upper end of the interval; equal to the lower end after a goodbye.'),
      },
      { description: 'When it died. Absent unless its state is evicted or confirmed.' },
    ),
  ),
  cause: Type.Optional(Cause),
  reason: Type.Optional(Type.String({ description: 'Reason for its end, as the sandbox reported it.' })),
};

const Sandbox = Type.Object(SANDBOX, { title: 'Sandbox' });

const Step = Type.Object({
  start: Time('Start of the invocation.'),
  durationMs: Millis('Of the invocation.'),
  ordinal: Type.Optional(Type.Integer({ description: 'Ordinal of the invocation in its sandbox, from 1.' })),
  cold: Type.Optional(Type.Boolean({ description: 'Whether it waited for a new sandbox.' })),
});

const MAX_STEPS = 1000;
/** Most sandboxes looked up by the prefix of an id. */
const MAX_MATCHES = 11;

/** `GET /api/v1/sandboxes` and `GET /api/v1/sandboxes/{id}`: lifelines and fates. */
export function sandboxRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/sandboxes',
    schema: {
      operationId: 'listSandboxes',
      summary: 'Sandboxes, most recently used first, each with its state',
      tags: ['sandboxes'],
      description:
        'Follow `nextCursor` for less recently used ones. It carries the time range of the first page, and states are as of its end.',
      querystring: listQuery({
        state: Type.Optional(SandboxState),
        limit: limit(500, 10_000),
        cursor: CursorParameter,
      }),
      response: rangeAnswers(
        {
          sandboxes: Type.Array(Sandbox, { description: 'Those used latest first.' }),
          nextCursor: NextCursor,
        },
        'SandboxesAnswer',
      ),
    },
    handler: async (request, reply) => {
      const { state, format, limit: wanted = 500 } = request.query;
      const cursor = readCursor(request.query.cursor, DATED_KEY_LENGTH);
      const { window, range } = await windowOf(options, { ...request.query, ...rangeOfCursor(cursor) });
      const all = [...window.functions.values()]
        .flatMap((judged) =>
          judged.lives.map((life) => ({ life, judged, atMs: life.lastEndMs, name: life.key })),
        )
        .filter(({ life, judged }) => state === undefined || judged.fates.get(life.key)?.state === state);
      const { page, isCut, next } = pageOf(all, wanted, cursor, range);
      const sandboxes = page.map(({ life, judged }) => describe(life, judged, window));
      const answer = { ...range, truncated: window.truncated || isCut, sandboxes, ...next };
      return listed(reply, format, answer, 'sandboxes', Sandbox);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/sandboxes/:id',
    schema: {
      operationId: 'getSandbox',
      summary: 'One sandbox with its invocations, newest last',
      tags: ['sandboxes'],
      params: Type.Object({
        id: Type.String({
          minLength: 1,
          maxLength: 256,
          description: 'The id, or an unambiguous beginning of it.',
        }),
      }),
      querystring: rangeQuery({}),
      response: {
        ...rangeAnswers(
          { ...SANDBOX, lifeline: Type.Array(Step, { description: 'Its invocations in order.' }) },
          'SandboxAnswer',
        ),
        409: ErrorAnswer,
      },
    },
    handler: async (request) => {
      parseTimeRange(request.query, Date.now());
      const { id, environment, function: name, clone } = await findSandbox(options, request.params.id);
      const { store, window, range } = await windowOf(options, { ...request.query, function: name });
      const judged = window.functions.get(name);
      const life = judged?.lives.find(
        (one) => one.environment === environment && (clone === undefined || (one.clone ?? 1) === clone),
      );
      if (!judged || !life) throw notFound(id, 'was not seen in this time range');
      const all = (await loadLifeline(store, window.scope, environment, MAX_STEPS)).reverse();
      const steps = stepsOf(life, all);
      const truncated = window.truncated || life.count > MAX_STEPS;
      return { ...range, truncated, ...describe(life, judged, window), lifeline: steps.map(step) };
    },
  });
}

interface Found {
  readonly id: string;
  readonly environment: string;
  readonly function: string;
  /** The number after its id, for clones that only their ordinals tell apart. */
  readonly clone?: number;
}

/** `ID@NUMBER` */
const CLONE_ID = /^(?<id>.+)@(?<clone>[1-9]\d{0,5})$/;

/**
 * The sandbox with that id or that platform name, or the only one whose id begins so; with a function that ran in it.
 * Clones share one id: `ID@NAME` tells them apart, or `ID@NUMBER` where they have no names.
 */
async function findSandbox(options: QueryApiOptions, given: string): Promise<Found> {
  const store = openStore(options);
  const seen = (condition: string, name = given): Promise<Found[]> =>
    store.query(
      `SELECT sandbox_id AS id, ${ENVIRONMENT} AS environment, any(function) AS function
      FROM ${store.database}.invocations
      WHERE ${condition} GROUP BY id, environment LIMIT ${MAX_MATCHES}`,
      { given: name },
    );
  const exact = await seen('sandbox_id = {given:String}');
  if (exact[0] && exact.length === 1) return exact[0];
  const alike = exact.length > 1 ? exact : await seen('startsWith(sandbox_id, {given:String})');
  const named =
    alike.length > 0
      ? alike
      : await seen(
          "sandbox_id != '' AND (instance = {given:String} OR concat(sandbox_id, '@', instance) = {given:String})",
        );
  const { id: shared, clone } = CLONE_ID.exec(given)?.groups ?? {};
  if (named.length === 0 && shared !== undefined) {
    const [only, ...others] = await seen('sandbox_id = {given:String}', shared);
    if (only && others.length === 0) return { ...only, id: given, clone: Number(clone) };
  }
  const isCloned = new Set(named.map(({ id }) => id)).size < named.length;
  const nameOf = ({ id, environment }: Found): string => (isCloned ? `${id}@${environment}` : id);
  const [only] = named;
  if (named.length === 1 && only) return only;
  const meant = idMeant(given, named.map(nameOf));
  const found = named.find((one) => nameOf(one) === meant);
  if (found) return found;
  throw notFound(given, 'was never seen');
}

/** The invocations of one clone; the input is in ascending order. */
function stepsOf({ clone }: Lifeline, all: readonly Invocation[]): readonly Invocation[] {
  if (clone === undefined) return all;
  const numbered = all.filter(({ ordinal }) => ordinal !== undefined);
  const chains = chainsOf(numbered.map(({ ordinal = 0 }) => ordinal));
  return numbered.filter((_, index) => chains[index] === clone);
}

function step({ startMs, endMs, ordinal, cold }: Invocation) {
  return {
    start: isoTime(startMs),
    durationMs: endMs - startMs,
    ...(ordinal !== undefined && { ordinal }),
    ...(cold !== undefined && { cold }),
  };
}

function notFound(id: string, what: string): CollectorError {
  return new CollectorError('ERR_SANDBOX_NOT_FOUND', `sandbox ${JSON.stringify(id)} ${what}`, {
    statusCode: 404,
    details: { sandbox: id },
  });
}

function describe(life: Lifeline, { fates }: FunctionWindow, window: Window) {
  const fate = fates.get(life.key) as Fate;
  const host = window.hosts.get(life.key);
  const facts = window.facts.get(life.key);
  const idleUntilMs = fate.state === 'confirmed' ? (fate.evicted?.beforeMs ?? window.asOfMs) : window.asOfMs;
  return {
    id: life.sandboxId,
    function: life.function,
    ...(facts && facts.instance !== '' && { instance: facts.instance }),
    ...(facts && facts.bootId !== '' && { bootId: facts.bootId }),
    ...(life.version !== '' && { version: life.version }),
    host: {
      ...(host?.id !== undefined && { id: host.id }),
      confidence: host?.confidence ?? ('none' as const),
    },
    firstSeen: isoTime(life.firstStartMs),
    lastSeen: isoTime(life.lastEndMs),
    invocations: life.count,
    lost: life.lost,
    restarts: life.restarts,
    idleMs: Math.max(0, idleUntilMs - life.lastEndMs),
    state: fate.state,
    evictedProbability: fate.evictedProbability,
    ground: fate.ground,
    ...(fate.evicted && {
      evicted: { after: isoTime(fate.evicted.afterMs), before: isoTime(fate.evicted.beforeMs) },
    }),
    ...(fate.cause && { cause: fate.cause }),
    ...(fate.reason !== undefined && { reason: fate.reason }),
  };
}
