import { Type } from '@fastify/type-provider-typebox';
import { basisOf } from '../../../schema/index.ts';
import { benjaminiHochberg } from '../../../statistics/index.ts';
import { deploymentKey, toldDeployment } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { groupBy, lifelineKey } from '../../lifelines.ts';
import { neighboursOf } from '../cpu/contention.ts';
import { loadBusy } from '../cpu/evidence.ts';
import { defineQuestion } from '../question.ts';
import {
  judgeGaps,
  judgeHosts,
  judgeKinds,
  judgeSockets,
  NEEDED_SANDBOXES,
  testFreeze,
  testLoad,
} from './judge.ts';
import { loadOperations } from './operations.ts';
import { loadProbes } from './probes.ts';
import { loadRequests } from './requests.ts';
import { FunctionIo } from './schema.ts';

/** Most invocations examined, the newest: only spans record outgoing operations. */
const MAX_INVOCATIONS = 50_000;
const NEEDED_OPERATIONS = 30;
/** False discovery rate. */
const FALSE_DISCOVERIES = 0.05;
/** Minimum confidence of hosts: less certain ones would be guesses. */
const KNOWN_HOST = new Set(['declared', 'kernel', 'derived']);

/** Outgoing operations of functions: their duration, their sockets, and failures after a freeze. */
export const io = defineQuestion({
  name: 'io',
  operationId: 'getIo',
  summary:
    'DNS, connections, HTTP, files and probes, by memory, host and co-located load; sockets that a freeze broke',
  tag: 'functions',
  asked: {},
  answer: { functions: Type.Array(FunctionIo) },
  list: 'functions',
  ask: async ({ store, scope: asked, hosts: loadHosts }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const [operations, requests, probes, hosts] = await Promise.all([
      loadOperations(store, scope),
      loadRequests(store, scope),
      loadProbes(store, scope),
      loadHosts(),
    ]);
    const hostOf = (slot: { function: string; environment: string }): string | undefined => {
      const host = hosts.get(lifelineKey(slot));
      return host?.id !== undefined && KNOWN_HOST.has(host.confidence) ? host.id : undefined;
    };
    const hosted = operations.slots.filter((slot) => hostOf(slot) !== undefined);
    const neighbours = neighboursOf(hosted, await loadBusy(store, hosted), hostOf);
    const groups = groupBy(requests.groups, deploymentKey);
    const found = [...groupBy(operations.slots, deploymentKey)].map(([key, slots]) => ({
      slots,
      key,
      own: groups.get(key) ?? [],
      load: testLoad(slots, neighbours),
      freeze: testFreeze(groups.get(key) ?? []),
    }));
    const loadQ = benjaminiHochberg(found.flatMap(({ load }) => load.map(({ p }) => p)));
    const freezeQ = benjaminiHochberg(found.flatMap(({ freeze }) => (freeze ? [freeze.p] : [])));
    let loads = 0;
    let freezes = 0;
    const functions = found.map(({ slots, key, own, load, freeze }) => {
      const kinds = judgeKinds(slots);
      const counted = kinds.reduce((sum, { operations: n }) => sum + n, 0);
      const q = freeze && freezeQ[freezes++];
      const told = toldDeployment(slots[0]!);
      return Object.assign(told, {
        kinds,
        hosts: judgeHosts(slots, hostOf),
        load: load.map(({ kind, n, p }) => {
          const corrected = loadQ[loads++]!;
          return { kind, n, p, q: corrected, found: corrected <= FALSE_DISCOVERIES };
        }),
        sockets: judgeSockets(own),
        gaps: judgeGaps(own).map(({ errors, ...gap }) => Object.assign(gap, { errors: [...errors] })),
        freeze: verdictOf(q),
        ...(q !== undefined && { freezeQ: q }),
        probes: [...(probes.get(key) ?? [])],
        basis: basisOf(
          counted,
          NEEDED_OPERATIONS,
          'operations',
          ['operations that invocations count', 'spans of the slowest requests of each invocation'],
          missing(
            slots.some((slot) => hostOf(slot) !== undefined),
            kinds.map(({ kind }) => kind),
            freeze !== undefined,
          ),
        ),
      });
    });
    return {
      scope,
      truncated: truncated || operations.truncated || requests.truncated,
      body: { functions },
    };
  },
});

function verdictOf(q: number | undefined): 'breaks' | 'no-harm-seen' | 'unknown' {
  if (q === undefined) return 'unknown';
  return q <= FALSE_DISCOVERIES ? 'breaks' : 'no-harm-seen';
}

function missing(hasHosts: boolean, kinds: readonly string[], hasFreeze: boolean): string[] {
  return [
    ...(hasHosts ? [] : ['known hosts, which co-located load depends on']),
    ...(kinds.includes('fs') ? [] : ['file operations: SANDSCOPE_FS_TIMING is off']),
    ...(hasFreeze
      ? []
      : [
          `reused sockets in ${NEEDED_SANDBOXES} sandboxes after idle times below 10 s, and in as many after a minute`,
        ]),
  ];
}
