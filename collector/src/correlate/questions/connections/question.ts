import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { Basis, basisOf, Count, Estimate, isoTime, Time } from '../../../schema/index.ts';
import { deploymentKey } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { groupBy, lifelineKey } from '../../lifelines.ts';
import type { Window } from '../../window.ts';
import { defineQuestion } from '../question.ts';
import { loadSockets } from './evidence.ts';
import type { HeldSockets, SocketEvidence } from './evidence.ts';
import { isLoopbackAddress, isPrivateAddress } from './addresses.ts';
import { goneBy, judgeEndpoint } from './judge.ts';
import type { Gone } from './judge.ts';

/** Most invocations examined, the newest: rollups have no sockets. */
const MAX_INVOCATIONS = 50_000;
/** Number of sandboxes required. */
const NEEDED = 2;

const Endpoint = Type.Object({
  peer: Type.String({
    description:
      'Remote end as `ADDRESS:PORT`. A sandbox reports the 16 with the most sockets; the rest are `other`.',
  }),
  name: Type.Optional(
    Type.String({ description: 'Host name that the program requested, if a request reported it.' }),
  ),
  accountId: Type.Optional(
    Type.String({ description: 'Account of the functions, if the address belongs to a private network.' }),
  ),
  region: Type.Optional(
    Type.String({ description: 'Region of the functions, if the address belongs to a private network.' }),
  ),
  functions: Type.Array(Type.String(), { description: 'Functions that hold sockets to it.' }),
  sandboxes: Count('Sandboxes with such sockets.'),
  socketsP50: Count('Most sockets that a sandbox had at the same time, median over sandboxes.'),
  socketsMax: Count('Most sockets that one sandbox had at the same time.'),
  peak: Estimate(
    'Most sockets at the same time over all sandboxes alive, including frozen ones. n: sandboxes.',
  ),
  peakAt: Time('Time of that maximum.'),
  now: Estimate('At the end of the range. n: sandboxes.'),
  basis: Basis,
});

/** The number of connections to each remote end. */
export const connections = defineQuestion({
  name: 'connections',
  operationId: 'getConnections',
  summary:
    'Sockets to each remote endpoint, over all sandboxes alive, including frozen ones: the peak that a connection pool must allow',
  tag: 'sandboxes',
  asked: {},
  answer: { endpoints: Type.Array(Endpoint) },
  list: 'endpoints',
  ask: async ({ store, scope: asked, window }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const [evidence, judged] = await Promise.all([loadSockets(store, scope), window()]);
    const endpoints = [...groupBy(evidence.held, endpointOf).values()]
      .map((held) => shown(held, evidence, judged))
      .toSorted((a, b) => (b.peak.value ?? 0) - (a.peak.value ?? 0) || (placeOf(a) < placeOf(b) ? -1 : 1));
    return {
      scope,
      truncated: truncated || evidence.truncated || judged.truncated,
      body: { endpoints },
    };
  },
});

function shown(held: readonly HeldSockets[], { told, names }: SocketEvidence, judged: Window) {
  const { peer, sandboxes, socketsP50, socketsMax, peak, peakAtMs, now } = judgeEndpoint(
    held,
    (sockets) => goneOf(judged, sockets),
    judged.asOfMs,
  );
  const deployments = new Set(held.map(deploymentKey));
  const toldBy = [...deployments].reduce((sum, key) => sum + (told.get(key) ?? 0), 0);
  const address = addressOf(peer);
  const name = names.get(address);
  const { account_id, region } = held[0]!;
  const missing = ['sockets of native modules, and of sandboxes with more than 1,024'];
  if (isLoopbackAddress(address))
    missing.push('whether each sandbox has a server of its own at this address');
  if (peer === 'other') missing.push('which remote ends these are');
  return {
    peer,
    ...(name !== undefined && { name }),
    ...(isPrivateAddress(address) && account_id !== '' && { accountId: account_id }),
    ...(isPrivateAddress(address) && region !== '' && { region }),
    functions: [...new Set(held.map((sockets) => sockets.function))].sort(),
    sandboxes,
    socketsP50,
    socketsMax,
    peak,
    peakAt: isoTime(peakAtMs),
    now,
    basis: basisOf(
      sandboxes,
      NEEDED,
      'sandboxes that held sockets',
      [`sockets as reported by ${toldBy} sandboxes, and how long sandboxes are alive, from all evidence`],
      missing,
    ),
  };
}

/**
 * The remote end of sockets. An address of a private network means another machine in each account and region; a public
 * one is the same everywhere.
 */
function endpointOf({ peer, account_id, region }: HeldSockets): string {
  return isPrivateAddress(addressOf(peer)) ? JSON.stringify([peer, account_id, region]) : peer;
}

const placeOf = ({ peer, accountId = '', region = '' }: Static<typeof Endpoint>): string =>
  JSON.stringify([peer, accountId, region]);

/** The address in `ADDRESS:PORT`. */
function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':')).replaceAll(/^\[|\]$/g, '');
}

/** From the fate of the sandbox; only evicted ones are certainly gone. */
function goneOf(judged: Window, sockets: HeldSockets): Gone {
  const fate = judged.functions.get(sockets.function)?.fates.get(lifelineKey(sockets));
  return goneBy(sockets.lastMs, judged.asOfMs, fate?.evicted, fate?.evictedProbability ?? 0);
}
