/** Checks of everything between a function and the answers about it. */
export { checkCollector } from './collector-checks.ts';
export { checkEnvironment } from './environment.ts';
export { checkExportMode } from './export-mode.ts';
export type { Finding } from './finding.ts';
export { checkMachine } from './machine.ts';
export { checkRevealed } from './revealed.ts';
