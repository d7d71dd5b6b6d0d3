import type { DurationEvidence } from './duration-evidence.ts';

/** Observations as a law's likelihood needs them: whatever the end of observation, without uninformative ones. */
export interface GroupedObservations {
  /** Those that were alive at a time, and about which nothing else is known. */
  readonly alive: {
    /** Places in the survival. */
    readonly places: Uint32Array;
    readonly weights: Float64Array;
  };
  readonly others: {
    readonly offsets: Uint32Array;
    /** Places in the survival of the steps after the start. */
    readonly stepPlaces: Uint32Array;
    readonly stepChanges: Float64Array;
    /** The evidence of an end at once. */
    readonly atOnce: Float64Array;
    readonly weights: Float64Array;
  };
  /** Times at which a survival is needed, per batch size; places count through all of them. */
  readonly times: readonly Float64Array[];
}

/**
 * Merges observations that have the same likelihood under every law.
 *
 * @param byBatch whether batch sizes are distinguished, for laws of batches
 */
export function groupObservations(evidence: DurationEvidence, byBatch: boolean): GroupedObservations {
  const { offsets, stepEdges, stepChanges, weights, batches, batchSizes, edges } = evidence;
  const tables = byBatch ? batchSizes.length : 1;
  const tableOf = (observation: number): number => (byBatch ? batches[observation]! : 0);
  const aliveWeights = Array.from({ length: tables }, () => new Float64Array(edges.length));
  const rest: number[] = [];
  for (let observation = 0; observation < weights.length; observation += 1) {
    const from = offsets[observation]!;
    if (offsets[observation + 1]! > from + 1 || stepChanges[from] !== 1) rest.push(observation);
    // Alive at 0, it is likely under any law.
    else if (stepEdges[from]! > 0) {
      const own = aliveWeights[tableOf(observation)]!;
      own[stepEdges[from]!] = own[stepEdges[from]!]! + weights[observation]!;
    }
  }
  const order = (a: number, b: number): number => {
    const [fromA, fromB] = [offsets[a]!, offsets[b]!];
    const count = offsets[a + 1]! - fromA;
    let before = tableOf(a) - tableOf(b) || count - (offsets[b + 1]! - fromB);
    for (let step = 0; step < count && before === 0; step += 1) {
      before =
        stepEdges[fromA + step]! - stepEdges[fromB + step]! ||
        stepChanges[fromA + step]! - stepChanges[fromB + step]!;
    }
    return before;
  };
  rest.sort(order);
  const others = {
    offsets: [0],
    stepEdges: [] as number[],
    stepChanges: [] as number[],
    atOnce: [] as number[],
    weights: [] as number[],
    tables: [] as number[],
  };
  for (const [index, observation] of rest.entries()) {
    if (index > 0 && order(rest[index - 1]!, observation) === 0) {
      others.weights[others.weights.length - 1]! += weights[observation]!;
      continue;
    }
    let atOnce = 0;
    for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
      if (stepEdges[step] === 0) atOnce = stepChanges[step]!;
      else {
        others.stepEdges.push(stepEdges[step]!);
        others.stepChanges.push(stepChanges[step]!);
      }
    }
    others.offsets.push(others.stepEdges.length);
    others.atOnce.push(atOnce);
    others.weights.push(weights[observation]!);
    others.tables.push(tableOf(observation));
  }
  const isUsed = aliveWeights.map((own) => Uint8Array.from(own, (weight) => (weight > 0 ? 1 : 0)));
  for (const [index, table] of others.tables.entries()) {
    for (let step = others.offsets[index]!; step < others.offsets[index + 1]!; step += 1)
      isUsed[table]![others.stepEdges[step]!] = 1;
  }
  let place = 0;
  const placeOf = isUsed.map((own) => Uint32Array.from(own, (used) => (used === 1 ? place++ : 0)));
  const alive = { places: [] as number[], weights: [] as number[] };
  for (const [table, own] of aliveWeights.entries()) {
    for (const [edge, weight] of own.entries()) {
      if (weight === 0) continue;
      alive.places.push(placeOf[table]![edge]!);
      alive.weights.push(weight);
    }
  }
  const stepPlaces = Uint32Array.from(others.stepEdges);
  for (const [index, table] of others.tables.entries()) {
    for (let step = others.offsets[index]!; step < others.offsets[index + 1]!; step += 1)
      stepPlaces[step] = placeOf[table]![stepPlaces[step]!]!;
  }
  return {
    alive: { places: Uint32Array.from(alive.places), weights: Float64Array.from(alive.weights) },
    others: {
      offsets: Uint32Array.from(others.offsets),
      stepPlaces,
      stepChanges: Float64Array.from(others.stepChanges),
      atOnce: Float64Array.from(others.atOnce),
      weights: Float64Array.from(others.weights),
    },
    times: isUsed.map((own) => edges.filter((_, edge) => own[edge] === 1)),
  };
}
