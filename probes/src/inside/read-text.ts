import { existsSync, readFileSync } from 'node:fs';
import { noteFailure } from './transient.ts';

/** The whole text of a kernel file; empty when it cannot be read. Never throws. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    noteFailure(error);
    return '';
  }
}

/** Whether there is something at `path`, as far as this process may know. Never throws, which `existsSync` may. */
export function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch (error) {
    noteFailure(error);
    return false;
  }
}
