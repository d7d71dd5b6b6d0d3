import type { Goodbye, Use } from '../../../collector/src/correlate/evidence/index.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import type { Run, TrueCall, TrueSandbox } from './platform.ts';
import type { Scenario } from './scenario.ts';

export const ORIGIN_MS = Date.UTC(2026, 0, 5);

/** The spans of a use, and when they arrived: ms since the epoch. */
export interface Received {
  readonly use: Use;
  readonly receivedMs: number;
}

/** The reports of the platform's sandboxes, with the faults on the way. */
export interface Reports {
  /** Ascending by arrival. */
  readonly uses: readonly Received[];
  readonly goodbyes: readonly Goodbye[];
  /** Uses whose spans never arrived. */
  readonly lost: number;
}

/** Name of the environment of a true sandbox, as its spans give it. */
export const instanceOf = ({ id }: Pick<TrueSandbox, 'id'>): string => `env-${String(id).padStart(5, '0')}`;

/** Spans and goodbyes of a run. */
export function tell(scenario: Scenario, run: Run, seed: number): Reports {
  const random = seededRandom(seed ^ 0x5bd1e995);
  // Nothing else depends on these.
  const failures = seededRandom(seed ^ 0x1b873593);
  const uses: Received[] = [];
  const goodbyes: Goodbye[] = [];
  let lost = 0;
  for (const sandbox of run.sandboxes) {
    const own = usesOf(scenario, sandbox, random, failures);
    for (const use of own) {
      if (random.uniform() < (scenario.lost ?? 0)) {
        lost += 1;
        continue;
      }
      const delayMs = random.uniform() < (scenario.late ?? 0) ? 600_000 * random.uniform() : 50;
      const received = { use, receivedMs: use.endMs + delayMs };
      uses.push(received);
      if (random.uniform() < (scenario.doubled ?? 0))
        uses.push({ use, receivedMs: received.receivedMs + 2_000 });
    }
    const goodbye = goodbyeOf(scenario, sandbox, own.at(-1), random);
    if (goodbye) goodbyes.push(goodbye);
  }
  uses.sort((a, b) => a.receivedMs - b.receivedMs);
  return { uses, goodbyes, lost };
}

function usesOf(scenario: Scenario, sandbox: TrueSandbox, random: Random, failures: Random): Use[] {
  const { tellsCold = true, tellsOrdinals = true, bootTimes = true, clones = 0, clockSteps = 0 } = scenario;
  const uses: Use[] = [];
  let process = 1;
  let ordinal = 0;
  let bootMs = ORIGIN_MS + 1e3 * sandbox.born - 60_000 - 1e6 * random.uniform();
  let offsetMs = 0;
  let fresh = true;
  for (const call of sandbox.calls) {
    ordinal += 1;
    uses.push({
      // Clones share the name that was generated before the snapshot; a restart generates another one.
      sandbox: clones > 0 ? `snapshot-${sandbox.snapshot}` : `sandbox-${sandbox.id}-${process}`,
      instance: instanceOf(sandbox),
      process: clones > 0 ? String(process) : `${sandbox.id}-${process}`,
      version: String(sandbox.version),
      startMs: ORIGIN_MS + 1e3 * call.start + offsetMs,
      endMs: ORIGIN_MS + 1e3 * call.end + offsetMs,
      ...(tellsOrdinals && { ordinal }),
      ...(tellsCold && { cold: fresh }),
      ...(tellsCold && call.init !== undefined && { initMs: 1e3 * call.init }),
      ...(bootTimes && { bootTimeMs: bootMs + offsetMs + 7 * random.normal() }),
      ...(scenario.tellsKeys === true && { affinityKey: `session-${call.key}` }),
      ...outcomeOf(scenario, call, failures),
    });
    fresh = call.restarts;
    if (call.restarts) {
      process += 1;
      ordinal = 0;
    }
    if (random.uniform() < clockSteps) offsetMs += 120_000 * (random.uniform() - 0.5);
  }
  return uses;
}

function outcomeOf(
  { tellsOutcomes = true, exceptions = 0 }: Scenario,
  { outcome }: TrueCall,
  failures: Random,
): Pick<Use, 'outcome'> {
  if (outcome) return { outcome: tellsOutcomes ? outcome : 'failure' };
  return failures.uniform() < exceptions ? { outcome: 'failure' } : {};
}

const REASONS = { idle: 'spindown', age: 'spindown', deploy: 'sigterm', 'time-out': 'timeout' } as const;

function goodbyeOf(
  scenario: Scenario,
  sandbox: TrueSandbox,
  last: Use | undefined,
  random: Random,
): Goodbye | undefined {
  const { died, cause } = sandbox;
  const says = random.uniform() < (scenario.goodbyes ?? 0);
  if (!last || died === undefined || cause === undefined || !says) return undefined;
  return {
    sandbox: last.sandbox,
    instance: instanceOf(sandbox),
    ...(last.process !== undefined && { process: last.process }),
    timeMs: ORIGIN_MS + 1e3 * died,
    reason: REASONS[cause],
    ...(last.ordinal !== undefined && { lastOrdinal: last.ordinal }),
  };
}
