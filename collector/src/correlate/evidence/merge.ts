import {
  emptyColumns,
  environmentKey,
  inOrder,
  numbered,
  sortedGoodbyes,
  sortedOutcomes,
} from './slot-evidence.ts';
import type { Environment, SlotEvidence, UseColumns } from './slot-evidence.ts';

/** All evidence of one deployment: that of all its slots, in the format of a single one. */
export type History = SlotEvidence;

/**
 * Merges slots, in any order and grouping. The result equals the evidence of the uncut range, and invocations present
 * in several slots count once.
 */
export function merge(slots: readonly SlotEvidence[]): History {
  const names = new Map<string, Environment>();
  for (const { environments } of slots) {
    for (const environment of environments) names.set(environmentKey(environment), environment);
  }
  const { environments, indexOf } = numbered(names);
  // Consecutive slots are in order when concatenated.
  const inTime = slots.toSorted((a, b) => (a.uses.startMicros[0] ?? 0) - (b.uses.startMicros[0] ?? 0));
  const columns = emptyColumns(slots.reduce((sum, { uses }) => sum + uses.startMicros.length, 0));
  let offset = 0;
  for (const slot of inTime) {
    append(
      columns,
      offset,
      slot,
      slot.environments.map((own) => indexOf.get(environmentKey(own))!),
    );
    offset += slot.uses.startMicros.length;
  }
  return {
    environments,
    uses: inOrder(columns),
    goodbyes: sortedGoodbyes(slots.flatMap(({ goodbyes }) => goodbyes)),
    idleOutcomes: sortedOutcomes(slots.flatMap(({ idleOutcomes }) => idleOutcomes)),
    implausible: slots.reduce((sum, { implausible }) => sum + implausible, 0),
  };
}

function append(
  columns: UseColumns,
  offset: number,
  { uses }: SlotEvidence,
  environments: readonly number[],
): void {
  for (const name of Object.keys(columns) as (keyof UseColumns)[]) {
    if (name !== 'environments') columns[name].set(uses[name], offset);
  }
  for (let row = 0; row < uses.environments.length; row += 1) {
    columns.environments[offset + row] = environments[uses.environments[row]!]!;
  }
}
