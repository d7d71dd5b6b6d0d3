import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/stack.ts';
import type { Fault } from './outcome.ts';
import { observe } from './run.ts';

/** Sandboxes per round. */
const SANDBOXES = 1000;
const ENGINE_MEMORY_BYTES = 1024 ** 3;
const EVER = 'from=2020-01-01T00:00:00Z';
const QUESTIONS = [
  `/api/v1/functions?${EVER}`,
  `/api/v1/timeline?${EVER}`,
  `/api/v1/sandboxes?${EVER}&limit=1000`,
  `/api/v1/evictions?${EVER}`,
  `/api/v1/functions?from=-1h`,
] as const;
/** An answer, or a query that hits its limit: then it must fail instead of returning an incomplete answer. */
const LASTING = new Set([200, 422]);

/** A client that invents a new sandbox with every invocation, while others query them. */
export const manySandboxes: Fault = {
  name: 'a sandbox with every invocation (in thousands)',
  shortRounds: 10,
  longRounds: 1000,
  run: async (rounds) =>
    observe(
      manySandboxes.name,
      { sandboxEach: true, spansPerRequest: 200, args: ['--engine-memory', String(ENGINE_MEMORY_BYTES)] },
      async ({ collector, load, memory }) => {
        const stopAsking = new AbortController();
        const asking = askOn(collector.url, stopAsking.signal);
        try {
          while (load.acknowledged.length < rounds * SANDBOXES) await sleep(50);
        } finally {
          stopAsking.abort();
          await asking;
        }
        await load.stop();
        await until(
          'what waits is in the store',
          () => collector.status(),
          ({ inbox }) => inbox.pendingRequests === 0,
          600_000,
        );
        const last = await Promise.all(QUESTIONS.map((question) => statusOf(collector.url + question)));
        const { engine } = await collector.status();
        if (engine.restarts > 0) throw new Error(`the engine ended ${engine.restarts} times`);
        if (!last.every((status) => LASTING.has(status))) throw new Error(`questions got ${last.join(', ')}`);
        if (memory.peakEngineBytes > 1.5 * ENGINE_MEMORY_BYTES) {
          throw new Error(`the engine took ${memory.peakEngineBytes} bytes`);
        }
        return {
          rounds,
          figures: {
            refused: load.answers.get(503) ?? 0,
            questionsAnswered: last.filter((status) => status === 200).length,
            questionsBeyondBounds: last.filter((status) => status === 422).length,
          },
        };
      },
    ),
};

async function askOn(url: string, signal: AbortSignal): Promise<void> {
  for (let index = 0; !signal.aborted; index++) {
    await statusOf(url + (QUESTIONS[index % QUESTIONS.length] as string));
    await sleep(100);
  }
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}
