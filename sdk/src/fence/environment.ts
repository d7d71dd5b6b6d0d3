import { guarded } from './report.ts';

/**
 * A variable of the environment as it is now; undefined if it is not set. Never throws: a program may replace
 * `process.env`, also with something that cannot be read.
 */
export function envVar(name: string): string | undefined {
  return guarded('reading the environment', () => process.env[name]);
}
