/** The short form: each fault a few times. `npm run test:faults` makes them many times and writes docs/internals/reliability.md. */
import { describe, expect, it } from 'vitest';
import { FAULTS } from './index.ts';
import type { Fault, Outcome } from './outcome.ts';
import { Skipped } from './outcome.ts';
import { faultsFound } from './verdict.ts';

async function outcomeOf(fault: Fault): Promise<Outcome | string> {
  try {
    return await fault.run(fault.shortRounds);
  } catch (error) {
    if (error instanceof Skipped) return error.message;
    throw error;
  }
}

describe('a collector under load', () => {
  it.each(FAULTS.filter(({ shortRounds }) => shortRounds > 0))(
    '$name: loses nothing, repeats nothing, does not end',
    { timeout: 90_000 },
    async (fault) => {
      const outcome = await outcomeOf(fault);
      if (typeof outcome === 'string') {
        process.stderr.write(`SKIPPED: ${fault.name}: ${outcome}\n`);
        return;
      }
      expect(faultsFound(outcome)).toEqual([]);
      expect(outcome.acknowledgedSpans).toBeGreaterThan(0);
    },
  );
});
