import { Type } from '@fastify/type-provider-typebox';
import type { HostConfidence } from '@sandscope/probes/semconv';
import { loadWindow } from '../correlate/index.ts';
import type { Window } from '../correlate/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import {
  Confidence,
  Count,
  ErrorAnswer,
  functionQuery,
  limit,
  rangeAnswer,
  storeErrors,
  Time,
} from './schemas.ts';
import { isoTime } from './time-range.ts';

const Host = Type.Object({
  id: Type.String(),
  confidence: Confidence,
  evidence: Type.Array(Type.String(), { description: 'What the id rests on.' }),
  functions: Type.Array(Type.String(), { description: 'That ran here.' }),
  sandboxes: Count('That ran here.'),
  alive: Count('Of them, not held evicted.'),
  invocations: Count('That ran here.'),
  firstSeen: Time('First start.'),
  lastSeen: Time('Latest end.'),
});

/** `GET /api/v1/hosts`: the servers behind, as far as they can be known. */
export function hostRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/hosts',
    schema: {
      operationId: 'listHosts',
      summary: 'Hosts with their confidence and evidence',
      description:
        'Sandboxes whose kernel is their own have no known host; they are counted under `unknown`.',
      tags: ['hosts'],
      querystring: functionQuery({ limit: limit(500, 5000) }),
      response: {
        200: rangeAnswer({
          hosts: Type.Array(Host),
          unknown: Type.Object({
            sandboxes: Count('Whose host is not known.'),
            invocations: Count('On unknown hosts.'),
          }),
        }),
        404: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async (request) => {
      const wanted = request.query.limit ?? 500;
      const { store, scope, range } = await scopeOf(options, request.query);
      const window = await loadWindow(store, scope);
      const { hosts, unknown } = gatherHosts(window);
      return {
        ...range,
        truncated: window.truncated || hosts.length > wanted,
        hosts: hosts.slice(0, wanted),
        unknown,
      };
    },
  });
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
        unknown.invocations += life.invocations.length;
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
      host.invocations += life.invocations.length;
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
