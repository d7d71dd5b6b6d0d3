/**
 * SeBS (Middleware 2021), Table 6: dollars per million calls, and the requests per hour at which a t2.micro costs the
 * same.
 */
export const SEBS_TABLE_6 = [
  [3.54, 3275],
  [2.29, 5062],
  [3.75, 3093],
  [32.1, 362],
  [15.8, 733],
  [2.08, 5568],
  [6.67, 1740],
  [3.34, 3480],
  [10, 1160],
  [50, 232],
  [19.58, 592],
  [2.5, 4640],
] as const;
