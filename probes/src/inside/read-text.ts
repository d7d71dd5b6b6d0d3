import { existsSync, readFileSync } from 'node:fs';
import { noteFailure } from './transient.ts';

/** The whole text of a kernel file; empty if it cannot be read. Never throws. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    noteFailure(error);
    return '';
  }
}

/** Whether `path` exists, as far as this process can see. Never throws, unlike `existsSync`. */
export function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch (error) {
    noteFailure(error);
    return false;
  }
}
