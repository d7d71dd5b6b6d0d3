/** What the invocations of one function tell of its moves, by what each told of its host. */
export interface Moves {
  readonly function: string;
  /** What was told; the cells name it by its place here. */
  readonly names: readonly string[];
  /** Source, target, pairs, of them in another sandbox, of them of certain order: five numbers a cell. */
  readonly cells: Uint32Array;
  /** By bucket: host and sandbox of the first and of the last invocation. */
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
];

/** Source, target, pairs, of them in another sandbox, of them of certain order. */
export type Transition = readonly [string, string, string, string, string];

/** As the engine tells them: function, transitions, edges. */
export interface MovesRow {
  readonly f: string;
  readonly t: readonly Transition[];
  readonly e: readonly Edge[];
}

/** Packs them: a matrix has thousands of cells, and few names. */
export function packMoves({ f, t, e }: MovesRow): Moves {
  const places = new Map<string, number>();
  const place = (name: string): number => {
    const known = places.get(name) ?? places.size;
    places.set(name, known);
    return known;
  };
  const cells = Uint32Array.from(
    t.flatMap(([source, target, pairs, moved, certain]) => [
      place(source),
      place(target),
      Number(pairs),
      Number(moved),
      Number(certain),
    ]),
  );
  return {
    function: f,
    names: [...places.keys()],
    cells,
    edges: e,
    weight: Math.ceil(t.length / 10) + e.length,
  };
}
