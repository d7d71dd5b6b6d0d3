/** Prometheus metrics of functions. */
export { functionMetrics } from './route.ts';
