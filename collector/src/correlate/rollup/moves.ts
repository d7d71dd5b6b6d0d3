/** Moves of one function's invocations, by reported host key. */
export interface Moves {
  readonly function: string;
  /** The reported keys; cells refer to them by index here. */
  readonly names: readonly string[];
  /** Source, target, pairs, pairs in another sandbox, pairs of certain order: five numbers per cell. */
  readonly cells: Uint32Array;
  /** By bucket: host and sandbox of the first and last invocation, pairs and hops inside. */
  readonly edges: readonly Edge[];
  readonly weight: number;
}

/** `at`: start of the bucket, seconds since the epoch. */
export type Edge = readonly [
  at: string,
  firstHost: string,
  firstSandbox: string,
  lastHost: string,
  lastSandbox: string,
  pairs: string,
  hops: string,
];

/** Source, target, pairs, pairs in another sandbox, pairs of certain order. */
export type Transition = readonly [string, string, string, string, string];

/** In the engine's format. */
export interface MovesRow {
  readonly function: string;
  readonly transitions: readonly Transition[];
  readonly edges: readonly Edge[];
}

/** Packs them: a matrix has thousands of cells, but few names. */
export function packMoves({ function: name, transitions, edges }: MovesRow): Moves {
  const places = new Map<string, number>();
  const place = (told: string): number => {
    const known = places.get(told) ?? places.size;
    places.set(told, known);
    return known;
  };
  const cells = Uint32Array.from(
    transitions.flatMap(([source, target, pairs, moved, certain]) => [
      place(source),
      place(target),
      Number(pairs),
      Number(moved),
      Number(certain),
    ]),
  );
  return {
    function: name,
    names: [...places.keys()],
    cells,
    edges,
    weight: Math.ceil(transitions.length / 10) + edges.length,
  };
}
