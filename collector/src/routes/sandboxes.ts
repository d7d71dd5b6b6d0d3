import { Type } from '@fastify/type-provider-typebox';
import { loadLifeline } from '../correlate/index.ts';
import type { Fate, FunctionWindow, Invocation, Lifeline, Window } from '../correlate/index.ts';
import { CollectorError } from '../errors.ts';
import { openStore, windowOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import {
  Confidence,
  Count,
  limit,
  listQuery,
  Millis,
  OneOf,
  rangeAnswers,
  rangeQuery,
  Time,
} from './schemas.ts';
import { isoTime, parseTimeRange } from './time-range.ts';

export const SandboxState = OneOf(
  ['active', 'idle', 'suspected', 'evicted', 'confirmed'],
  'active: used within the last 5 s. suspected, evicted: passed over so that it is gone with a probability of 0.8, ' +
    '0.95. confirmed: it said that it was told to stop. idle: the rest, however long it has been quiet.',
);

export const Cause = OneOf(['idle', 'deploy'], 'deploy: a newer version of the function had taken over.');

const SANDBOX = {
  id: Type.String(),
  function: Type.String(),
  instance: Type.Optional(Type.String({ description: 'The platform’s own name of it.' })),
  bootId: Type.Optional(Type.String({ description: 'Of its kernel.' })),
  version: Type.Optional(Type.String({ description: 'Of the function.' })),
  host: Type.Object({ id: Type.Optional(Type.String()), confidence: Confidence }),
  firstSeen: Time('Start of its first invocation in the range.'),
  lastSeen: Time('End of its latest invocation.'),
  invocations: Count('Received.'),
  lost: Count('Happened but did not arrive, by gaps in the ordinals.'),
  restarts: Count('Processes after the first.'),
  idleMs: Millis('Since its latest invocation, up to the end of the range, now, or its goodbye.'),
  state: SandboxState,
  evictedProbability: Type.Number({ minimum: 0, maximum: 1 }),
  evicted: Type.Optional(
    Type.Object({
      after: Time('Its last use.'),
      before: Time('The first sign that it is gone.'),
    }),
  ),
  cause: Type.Optional(Cause),
  reason: Type.Optional(Type.String({ description: 'What it said it was stopped by.' })),
};

const Sandbox = Type.Object(SANDBOX);

const Step = Type.Object({
  start: Time('Start of the invocation.'),
  durationMs: Millis('Of the invocation.'),
  ordinal: Type.Optional(Type.Integer()),
  cold: Type.Optional(Type.Boolean()),
});

const MAX_STEPS = 1000;

/** `GET /api/v1/sandboxes` and `GET /api/v1/sandboxes/{id}`: lifelines and what became of them. */
export function sandboxRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/sandboxes',
    schema: {
      operationId: 'listSandboxes',
      summary: 'Sandboxes, most recently used first, each with its state',
      tags: ['sandboxes'],
      querystring: listQuery({ state: Type.Optional(SandboxState), limit: limit(500, 10_000) }),
      response: rangeAnswers({ sandboxes: Type.Array(Sandbox) }),
    },
    handler: async (request, reply) => {
      const { state, format, limit: wanted = 500 } = request.query;
      const { window, range } = await windowOf(options, request.query);
      const all = [...window.functions.values()]
        .flatMap((judged) => judged.lives.map((life) => ({ life, judged })))
        .filter(({ life, judged }) => state === undefined || judged.fates.get(life.key)?.state === state)
        .sort((a, b) => b.life.lastEndMs - a.life.lastEndMs);
      const truncated = window.truncated || all.length > wanted;
      const sandboxes = all.slice(0, wanted).map(({ life, judged }) => describe(life, judged, window));
      return listed(reply, format, { ...range, truncated, sandboxes }, 'sandboxes', Sandbox);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/sandboxes/:id',
    schema: {
      operationId: 'getSandbox',
      summary: 'One sandbox with its invocations, newest last',
      tags: ['sandboxes'],
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) }),
      querystring: rangeQuery({}),
      response: rangeAnswers({ ...SANDBOX, lifeline: Type.Array(Step) }),
    },
    handler: async (request) => {
      const { id } = request.params;
      parseTimeRange(request.query, Date.now());
      const name = await functionOf(options, id);
      const { store, window, range } = await windowOf(options, { ...request.query, function: name });
      const judged = window.functions.get(name);
      const life = judged?.lives.find(({ sandboxId }) => sandboxId === id);
      if (!judged || !life) throw notFound(id, 'was not seen in this time range');
      const steps = window.cover
        ? (await loadLifeline(store, window.scope, id, MAX_STEPS)).reverse()
        : life.invocations.slice(-MAX_STEPS);
      const truncated = window.truncated || life.count > MAX_STEPS;
      return { ...range, truncated, ...describe(life, judged, window), lifeline: steps.map(step) };
    },
  });
}

async function functionOf(options: QueryApiOptions, id: string): Promise<string> {
  const store = openStore(options);
  const [row] = await store.query<{ function: string }>(
    `SELECT function FROM ${store.database}.invocations WHERE sandbox_id = {id:String} LIMIT 1`,
    { id },
  );
  if (row) return row.function;
  throw notFound(id, 'was never seen');
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
    ...(fate.evicted && {
      evicted: { after: isoTime(fate.evicted.afterMs), before: isoTime(fate.evicted.beforeMs) },
    }),
    ...(fate.cause && { cause: fate.cause }),
    ...(fate.reason !== undefined && { reason: fate.reason }),
  };
}
