/** SQL over the embedded engine, for others. */
export { sqlRoute } from './sql-route.ts';
export type { SqlEngine } from './sql-route.ts';
