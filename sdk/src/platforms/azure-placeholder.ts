import { performance } from 'node:perf_hooks';
import { guarded } from '../index.ts';
import type { Env } from '../config/config.ts';
import { firstEnvironment } from '../process/first-environment.ts';

// Variables that the host sets about itself and the app, never the app.
const OF_THE_HOST = /^(?:WEBSITE_|FUNCTIONS_|AzureWebJobs)/;

// A worker that is started for an app learns of it at once.
const WAIT_MS = 2000;

/**
 * Whether this worker was started before its app was known: the host keeps such workers ready, and specialises one by
 * giving it another environment and the folder of the app.
 */
export function wasPlaceholder(env: Env = process.env): boolean {
  const first = guarded('reading the first environment', () => firstEnvironment());
  if (first?.get('WEBSITE_PLACEHOLDER_MODE') === '1') return true;
  const isChanged = (name: string): boolean => OF_THE_HOST.test(name) && first?.get(name) !== env[name];
  if (first !== undefined && Object.keys(env).some(isChanged)) return true;
  return guarded('reading the idle time', () => performance.eventLoopUtilization().idle > WAIT_MS) === true;
}
