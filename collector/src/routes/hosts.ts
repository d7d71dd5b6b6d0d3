import { Type } from '@fastify/type-provider-typebox';
import type { HostConfidence } from '@sandscope/probes/semconv';
import type { Window } from '../correlate/index.ts';
import { CollectorError } from '../errors/errors.ts';
import {
  Confidence,
  Count,
  ErrorAnswer,
  Time,
  isoTime,
  limit,
  listQuery,
  rangeAnswers,
  rangeQuery,
  SandboxState,
} from '../schema/index.ts';
import { windowOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { idMeant } from './id-prefix.ts';
import { listed } from './list.ts';

const HOST = {
  id: Type.String({ description: 'Id, derived from the evidence.' }),
  confidence: Confidence,
  evidence: Type.Array(Type.String(), { description: 'Evidence for the id.' }),
  functions: Type.Array(Type.String(), { description: 'Functions that ran here.' }),
  sandboxes: Count('Sandboxes that ran here.'),
  alive: Count('Sandboxes among them that are not considered evicted.'),
  invocations: Count('Invocations that ran here.'),
  firstSeen: Time('First start.'),
  lastSeen: Time('Latest end.'),
};
const Host = Type.Object(HOST, { title: 'Host' });

const OnHost = Type.Object({
  sandbox: Type.String({ description: 'Its id.' }),
  function: Type.String({ description: 'Function that runs in it.' }),
  firstSeen: Time('Start of its first invocation in the range.'),
  lastSeen: Time('End of its latest invocation.'),
  invocations: Count('Received.'),
  state: SandboxState,
});

/** `GET /api/v1/hosts` and `GET /api/v1/hosts/{id}`: the physical servers, as far as they can be identified. */
export function hostRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/hosts',
    schema: {
      operationId: 'listHosts',
      summary: 'Hosts with their confidence and evidence',
      description:
        'Sandboxes with a kernel of their own have no known host; they are counted under `unknown`.',
      tags: ['hosts'],
      querystring: listQuery({ limit: limit(500, 5000) }),
      response: rangeAnswers(
        {
          hosts: Type.Array(Host, { description: 'Each host that is known.' }),
          unknown: Type.Object(
            {
              sandboxes: Count('Sandboxes whose host is unknown.'),
              invocations: Count('On unknown hosts.'),
            },
            { description: 'Sandboxes and invocations whose host is unknown.' },
          ),
        },
        'HostsAnswer',
      ),
    },
    handler: async (request, reply) => {
      const { format, limit: wanted = 500 } = request.query;
      const { window, range } = await windowOf(options, request.query);
      const { hosts, unknown } = gatherHosts(window);
      const truncated = window.truncated || hosts.length > wanted;
      const answer = { ...range, truncated, hosts: hosts.slice(0, wanted), unknown };
      return listed(reply, format, answer, 'hosts', Host);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/hosts/:id',
    schema: {
      operationId: 'getHost',
      summary: 'One host with the sandboxes on it, most recently used first',
      tags: ['hosts'],
      params: Type.Object({
        id: Type.String({
          minLength: 1,
          maxLength: 512,
          description: 'The id, or an unambiguous beginning of it.',
        }),
      }),
      querystring: rangeQuery({ limit: limit(500, 10_000) }),
      response: {
        ...rangeAnswers(
          {
            ...HOST,
            mostAtOnce: Count('Most sandboxes alive at the same time.'),
            lifelines: Type.Array(OnHost, { description: 'Sandboxes that ran on it.' }),
          },
          'HostAnswer',
        ),
        409: ErrorAnswer,
      },
    },
    handler: async (request) => {
      const { limit: wanted = 500, ...query } = request.query;
      const { window, range } = await windowOf(options, query);
      const { hosts } = gatherHosts(window);
      const { id: given } = request.params;
      const id = idMeant(
        given,
        hosts.map((candidate) => candidate.id),
      );
      const host = hosts.find((candidate) => candidate.id === id);
      if (!host) {
        throw new CollectorError(
          'ERR_HOST_NOT_FOUND',
          `host ${JSON.stringify(given)} was not seen in this time range`,
          {
            statusCode: 404,
            details: { host: given, ...range },
          },
        );
      }
      const { lifelines, mostAtOnce } = gatherSandboxes(window, host.id);
      const truncated = window.truncated || lifelines.length > wanted;
      return { ...range, truncated, ...host, mostAtOnce, lifelines: lifelines.slice(0, wanted) };
    },
  });
}

/** The sandboxes of one host, and how many of them existed at once. */
function gatherSandboxes(window: Window, id: string) {
  const own = [...window.functions.values()].flatMap(({ lives, fates }) =>
    lives.flatMap((life) => {
      const fate = fates.get(life.key);
      return fate && window.hosts.get(life.key)?.id === id ? [{ life, fate }] : [];
    }),
  );
  const moments = own
    .flatMap(({ life, fate }) => [
      { atMs: life.firstStartMs, change: 1 },
      {
        atMs: Math.max(life.lastEndMs, fate.state === 'confirmed' ? (fate.evicted?.beforeMs ?? 0) : 0),
        change: -1,
      },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let alive = 0;
  let mostAtOnce = 0;
  for (const { change } of moments) {
    alive += change;
    mostAtOnce = Math.max(mostAtOnce, alive);
  }
  const lifelines = own
    .sort((a, b) => b.life.lastEndMs - a.life.lastEndMs)
    .map(({ life, fate }) => ({
      sandbox: life.sandboxId,
      function: life.function,
      firstSeen: isoTime(life.firstStartMs),
      lastSeen: isoTime(life.lastEndMs),
      invocations: life.count,
      state: fate.state,
    }));
  return { lifelines, mostAtOnce };
}

interface Gathered {
  readonly id: string;
  readonly confidence: HostConfidence;
  readonly evidence: Set<string>;
  readonly functions: Set<string>;
  sandboxes: number;
  alive: number;
  invocations: number;
  firstMs: number;
  lastMs: number;
}

function gatherHosts(window: Window) {
  const hosts = new Map<string, Gathered>();
  const unknown = { sandboxes: 0, invocations: 0 };
  for (const [name, { lives, fates }] of window.functions) {
    for (const life of lives) {
      const { id, confidence = 'none', evidence = [] } = window.hosts.get(life.key) ?? {};
      if (id === undefined) {
        unknown.sandboxes += 1;
        unknown.invocations += life.count;
        continue;
      }
      const host = hosts.get(id) ?? {
        id,
        confidence,
        evidence: new Set<string>(),
        functions: new Set<string>(),
        sandboxes: 0,
        alive: 0,
        invocations: 0,
        firstMs: Infinity,
        lastMs: -Infinity,
      };
      hosts.set(id, host);
      for (const sentence of evidence) host.evidence.add(sentence);
      host.functions.add(name);
      host.sandboxes += 1;
      const state = fates.get(life.key)?.state;
      if (state !== 'evicted' && state !== 'confirmed') host.alive += 1;
      host.invocations += life.count;
      host.firstMs = Math.min(host.firstMs, life.firstStartMs);
      host.lastMs = Math.max(host.lastMs, life.lastEndMs);
    }
  }
  const shown = [...hosts.values()]
    .sort((a, b) => b.invocations - a.invocations || (a.id < b.id ? -1 : 1))
    .map(described);
  return { hosts: shown, unknown };
}

function described({ firstMs, lastMs, evidence, functions, ...host }: Gathered) {
  return {
    ...host,
    evidence: [...evidence],
    functions: [...functions].sort(),
    firstSeen: isoTime(firstMs),
    lastSeen: isoTime(lastMs),
  };
}
