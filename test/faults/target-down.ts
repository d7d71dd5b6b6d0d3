import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/stack.ts';
import type { Fault, Outcome } from './outcome.ts';
import { between, oneOf, seededRandom } from './random.ts';
import { observe } from './run.ts';
import { startTarget, type Failing } from './target.ts';

const WAYS: readonly Failing[] = ['away', 'busy', 'hanging', 'resetting'];

/** A forward target that stops, answers 503, hangs or resets connections, and comes back. */
export const targetDown: Fault = {
  name: 'forward target down',
  shortRounds: 2,
  longRounds: 40,
  run: (rounds) => failTargets(rounds),
};

async function failTargets(rounds: number): Promise<Outcome> {
  const random = seededRandom(rounds);
  const target = await startTarget();
  try {
    const options = { args: ['--forward', target.url], pauseMillis: 10 };
    let acknowledged: readonly string[] = [];
    const outcome = await observe(targetDown.name, options, async ({ collector, load }) => {
      acknowledged = load.acknowledged;
      for (let round = 0; round < rounds; round++) {
        await sleep(between(random, 100, 500));
        // The short form uses each way once.
        await target.fail(rounds <= WAYS.length ? WAYS[round % WAYS.length] : oneOf(random, WAYS));
        await sleep(between(random, 100, 800));
        await target.fail(undefined);
      }
      await load.stop();
      const begun = performance.now();
      const { forwarders } = await until(
        'everything is forwarded',
        () => collector.status(),
        (status) => status.forwarders[0]?.pendingRequests === 0,
      );
      const forwarder = forwarders[0];
      return {
        rounds,
        figures: {
          drainMillis: performance.now() - begun,
          forwardRetries: forwarder?.retries ?? 0,
          droppedForTarget: (forwarder?.droppedRequests ?? 0) + (forwarder?.parkedRequests ?? 0),
        },
      };
    });
    const missing = acknowledged.filter((id) => !target.received.has(id)).length;
    const again = [...target.received.values()].reduce((sum, count) => sum + count - 1, 0);
    return {
      ...outcome,
      lostSpans: outcome.lostSpans + missing,
      figures: { ...outcome.figures, spansForwardedTwice: again },
    };
  } finally {
    await target.close();
  }
}
