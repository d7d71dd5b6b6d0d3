/** What Prometheus is told of functions. */
export { functionMetrics } from './route.ts';
