import { Type } from '@fastify/type-provider-typebox';
import { Basis, basisOf, Count, Estimate, estimate, isoTime, Time } from '../../../schema/index.ts';
import { loadClientPairs } from '../../evidence/client-pairs/client-pairs.ts';
import { pairedEpochs } from '../../evidence/client-pairs/clock-pairs.ts';
import type { PairedEpoch } from '../../evidence/client-pairs/clock-pairs.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { defineQuestion } from '../question.ts';

/** Most invocations examined, the newest. */
const MAX_INVOCATIONS = 100_000;
/** Number of calls required per epoch. */
export const NEEDED_CALLS = 3;

const Epoch = Type.Object({
  client: Type.String({
    description: 'The client’s clock: its service, with host or instance if known.',
  }),
  kernel: Type.String({
    description: 'The function’s clock: boot id of the kernel, else the sandbox.',
  }),
  functions: Type.Array(Type.String(), { description: 'Functions whose calls compare the clocks.' }),
  start: Time('First call of the epoch, by the client’s clock.'),
  end: Time('Last call of the epoch.'),
  n: Count('Calls recorded on both sides.'),
  offsetMs: Estimate(
    'Function clock minus client clock in the middle of the epoch, ms. `low` and `high` are hard limits from the calls, not a 95 % interval.',
  ),
  driftPpm: Estimate(
    'How much faster the clock of the function runs, parts per million: the range that the calls allow.',
  ),
  basis: Basis,
});

/** Offset and drift between the clocks of functions and their clients. */
export const clocks = defineQuestion({
  name: 'clocks',
  operationId: 'getClocks',
  summary: 'Clock skew between clients and kernels over time, with its uncertainty',
  description:
    'From calls whose client’s span is the parent of the function’s. Spans are never shifted in time. When a clock is set, a new epoch begins.',
  tag: 'hosts',
  asked: {},
  answer: { epochs: Type.Array(Epoch) },
  list: 'epochs',
  ask: async ({ store, scope: asked }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const found = await loadClientPairs(store, scope);
    const epochs = pairedEpochs(found.pairs)
      .filter(({ client, kernel }) => client !== '' && kernel !== '')
      .map((epoch) => shown(epoch, scope.fromMs));
    return { scope, truncated: truncated || found.truncated, body: { epochs } };
  },
});

const PPM = 1e6;

function shown({ client, kernel, pairs, offset }: PairedEpoch, fromMs: number) {
  const n = pairs.length;
  const isEnough = n >= NEEDED_CALLS && offset !== undefined;
  return {
    client,
    kernel,
    functions: [...new Set(pairs.map((pair) => pair.function))].sort(),
    start: isoTime(fromMs + pairs[0]!.sentMs),
    end: isoTime(fromMs + pairs.at(-1)!.sentMs),
    n,
    offsetMs: isEnough ? estimate(n, offset.offset, offset.low, offset.high) : estimate(n),
    driftPpm: isEnough
      ? estimate(n, offset.drift * PPM, offset.driftLow * PPM, offset.driftHigh * PPM)
      : estimate(n),
    basis: basisOf(
      n,
      NEEDED_CALLS,
      'calls of this epoch',
      ['convex hulls: no call begins before it was sent, and none is answered before it ended'],
      offset === undefined ? ['calls that bound the offset from both sides'] : [],
    ),
  };
}
