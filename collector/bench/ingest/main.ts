/**
 * `npm run bench:ingest`: how fast the collector accepts and stores spans on this machine, sender included.
 *
 *     node collector/bench/ingest/main.ts [--json] [--seconds N] [--only NAME,…] [--no-peer] [--markdown FILE]
 *
 * Every load goes to a collector that starts empty, as a user starts it; afterwards a separate engine counts the rows
 * of the tables. `--seconds` is the length of the main load (60), the others take a quarter of it. The same loads go to
 * Jaeger if it is installed (`test/interop/install.sh`, or `JAEGER_BIN`). Linux only. Progress goes to standard error.
 * Exit code 0 if everything was measured, 1 if a part was skipped or a count is not exact, 2 for invalid arguments. A
 * missed target is a result, not a failure.
 */
import { parseArgs } from 'node:util';
import { runBench, wholeNumber } from '../run-bench.ts';
import { findJaeger, runJaeger } from './jaeger.ts';
import { PEER_LOADS, PHASES, type PhaseName } from './plan.ts';
import { runPhase } from './phases.ts';
import { formatReport, makeReport, updateMarkdown, type NamedPeer, type NamedPhase } from './report.ts';

interface Options {
  readonly json: boolean;
  readonly peer: boolean;
  readonly seconds: number;
  readonly only: readonly PhaseName[];
  readonly markdown: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '60' },
      only: { type: 'string' },
      peer: { type: 'boolean', default: true },
      markdown: { type: 'string' },
    },
    allowNegative: true,
  });
  const seconds = wholeNumber('--seconds', values.seconds, 3, 3600);
  const names = Object.keys(PHASES) as PhaseName[];
  const only = values.only?.split(',').map((name) => {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined) throw new RangeError(`--only takes ${names.join(', ')}, not "${name}"`);
    return known;
  });
  const { json, peer, markdown } = values;
  return { json, peer, seconds, only: only ?? names, markdown };
}

const say = (line: string): void => console.error(line);

async function measurePhases({ only, seconds }: Options): Promise<NamedPhase[]> {
  const results: NamedPhase[] = [];
  for (const name of only) {
    say(`${name} …`);
    results.push({ name, ...(await runPhase(PHASES[name](seconds))) });
  }
  return results;
}

async function measurePeer({ peer, seconds }: Options): Promise<NamedPeer[] | undefined> {
  const program = peer ? findJaeger() : undefined;
  if (program === undefined) {
    if (peer)
      say('SKIPPED: Jaeger is not installed (bash test/interop/install.sh builds it where Go is present)');
    return peer ? undefined : [];
  }
  const results: NamedPeer[] = [];
  for (const storage of ['badger-synced', 'badger', 'memory'] as const) {
    for (const [name, load] of Object.entries(PEER_LOADS(seconds))) {
      say(`Jaeger with ${storage}: ${name} …`);
      results.push({ name, ...(await runJaeger(program, load, storage)) });
    }
  }
  return results;
}

await runBench('bench:ingest', readOptions, async (options, command) => {
  const report = await makeReport(command, {
    phases: () => measurePhases(options),
    peer: () => measurePeer(options),
  });
  if (options.markdown !== undefined) await updateMarkdown(options.markdown, report);
  console.log(options.json ? JSON.stringify(report, undefined, 2) : formatReport(report));
  return report.peer !== undefined && report.phases.every(({ isExact }) => isExact) ? 0 : 1;
});
