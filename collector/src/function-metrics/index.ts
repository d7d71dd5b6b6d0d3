/** What Prometheus is told of functions. */
export { functionMetrics } from './route.ts';
export { MAX_FUNCTIONS } from './names.ts';
