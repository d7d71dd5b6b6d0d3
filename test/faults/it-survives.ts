import { describe, expect, it } from 'vitest';
import type { Fault, Outcome } from './outcome.ts';
import { Skipped } from './outcome.ts';
import { faultsFound } from './verdict.ts';

/** A busy machine takes many times as long for starts and for catching up. */
const TIMEOUT_MILLIS = 600_000;

async function outcomeOf(fault: Fault, rounds: number): Promise<Outcome | string> {
  try {
    return await fault.run(rounds);
  } catch (error) {
    if (error instanceof Skipped) return error.message;
    throw error;
  }
}

/** A test for each fault: makes it the given number of times and expects no loss or error. */
export function itSurvives(cases: readonly { readonly fault: Fault; readonly rounds: number }[]): void {
  describe('a collector under load', () => {
    it.each(cases.map(({ fault, rounds }) => ({ name: fault.name, fault, rounds })))(
      '$name: loses nothing, repeats nothing, does not end',
      { timeout: TIMEOUT_MILLIS },
      async ({ name, fault, rounds }) => {
        const outcome = await outcomeOf(fault, rounds);
        if (typeof outcome === 'string') {
          process.stderr.write(`SKIPPED: ${name}: ${outcome}\n`);
          return;
        }
        expect(faultsFound(outcome)).toEqual([]);
        expect(outcome.acknowledgedSpans).toBeGreaterThan(0);
      },
    );
  });
}
