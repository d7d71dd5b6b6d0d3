/** The unit of judgement: one name in two regions or accounts is two functions to their platform. */
export interface Deployment {
  readonly function: string;
  readonly accountId: string;
  readonly region: string;
  readonly platform: string;
}
