import type { PhaseResult } from './phases.ts';
import { TARGET_RATE, type PhaseName } from './plan.ts';

export interface Target {
  readonly name: string;
  readonly wanted: string;
  readonly measured: string;
  readonly isMet: boolean;
}

const MEGABYTE = 1e6;

/** Compares the measurements with the targets; a load that was not run has no targets. */
export function judge(phases: readonly (PhaseResult & { readonly name: string })[]): Target[] {
  const find = (name: PhaseName): PhaseResult | undefined => phases.find((phase) => phase.name === name);
  const main = find('target rate');
  const half = find('half the rate');
  return [
    ...(main === undefined ? [] : mainTargets(main)),
    ...(half === undefined ? [] : [atMost('ack p99 at half the rate, ms', 50, half.ack.p99)]),
  ];
}

function mainTargets(main: PhaseResult): Target[] {
  return [
    atLeast('accepted, spans/s', TARGET_RATE, main.acceptedPerSecond),
    atLeast('stored, spans/s', TARGET_RATE, main.storedPerSecond),
    { name: 'sent = stored', wanted: 'yes', measured: main.isExact ? 'yes' : 'no', isMet: main.isExact },
    atMost('API p99, ms', 100, main.api?.all.p99 ?? Number.NaN),
    atMost('server RSS, MB', 300, main.server.maxRssBytes / MEGABYTE),
    atMost('engine RSS, MB', 1000, main.engine.maxRssBytes / MEGABYTE),
  ];
}

function atLeast(name: string, wanted: number, measured: number): Target {
  return { name, wanted: `≥ ${wanted}`, measured: measured.toFixed(0), isMet: measured >= wanted };
}

function atMost(name: string, wanted: number, measured: number): Target {
  return { name, wanted: `≤ ${wanted}`, measured: measured.toFixed(0), isMet: measured <= wanted };
}
