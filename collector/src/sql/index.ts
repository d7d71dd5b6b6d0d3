/** SQL over the embedded engine, for users. */
export { sqlRoute } from './sql-route.ts';
export type { SqlEngine } from './sql-route.ts';
