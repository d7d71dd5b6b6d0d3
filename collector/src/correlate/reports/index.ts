export { ReportJoiner } from './join-reports.ts';
export { loadReports } from './load-reports.ts';
export type { Report } from './load-reports.ts';
export { reconcile } from './reconcile.ts';
export type { Reconciliation } from './reconcile.ts';
