export { Querier } from './querier.ts';
export { querierProxy } from './querier-proxy.ts';
