/** Checks the whole path between a function and its answers. */
export { checkCollector } from './collector-checks.ts';
export { checkEnvironment } from './environment.ts';
export { checkExportMode } from './export-mode.ts';
export type { Finding } from './finding.ts';
export { checkMachine } from './machine.ts';
export { checkRevealed } from './revealed.ts';
