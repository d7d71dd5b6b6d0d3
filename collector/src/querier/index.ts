export { Querier } from './querier.ts';
export type { Question, QuerierOptions } from './querier.ts';
export { querierProxy } from './querier-proxy.ts';
