/** SQL over the embedded engine, for others. */
export { SQL_PATHS } from './paths.ts';
export { sqlRoute } from './sql-route.ts';
export type { SqlEngine } from './sql-route.ts';
