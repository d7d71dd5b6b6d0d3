/** Any JSON: the tests check its content. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;
