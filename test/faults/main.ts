/**
 * Makes every fault many times and prints the outcome, one line of JSON per fault.
 *
 *     npm run test:faults                            all of them, and renews docs/internals/reliability.md
 *     npm run test:faults -- --only "full disk"      one of them, nothing written
 *     npm run test:faults -- --from results.ndjson   the page from lines that were printed before
 *
 * `--rounds N` overrides the number of the long form. Exit code 1 if something was lost or went wrong.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS } from './index.ts';
import type { Outcome } from './outcome.ts';
import { Skipped } from './outcome.ts';
import { writePage } from './page.ts';
import { faultsFound } from './verdict.ts';

const PAGE = fileURLToPath(new URL('../../docs/internals/reliability.md', import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    from: { type: 'string' },
  },
});

async function runAll(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const fault of FAULTS.filter(({ name }) => values.only === undefined || values.only.includes(name))) {
    process.stderr.write(`${fault.name} …\n`);
    try {
      const outcome = await fault.run(Number(values.rounds ?? fault.longRounds));
      process.stdout.write(`${JSON.stringify(outcome)}\n`);
      outcomes.push(outcome);
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      process.stderr.write(`SKIPPED: ${fault.name}: ${error.message}\n`);
    }
  }
  return outcomes;
}

const outcomes =
  values.from === undefined
    ? await runAll()
    : readFileSync(values.from, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Outcome);
for (const outcome of outcomes) {
  for (const found of faultsFound(outcome)) {
    process.stderr.write(`WRONG: ${outcome.fault}: ${found}\n`);
    process.exitCode = 1;
  }
}
if (values.only === undefined) await writePage(PAGE, outcomes);
