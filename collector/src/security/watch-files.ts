import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Polling works where notifications do not: on network file systems, and when a folder of secrets is a switched
 * symbolic link.
 */
const INTERVAL_MILLIS = 2000;

/**
 * Calls back within about two seconds of a change of one of the files. The current state of the files is recorded
 * before it returns, so a file read afterwards is never older than the watched state. Returns a function that stops
 * watching.
 */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  if (paths.length === 0) return () => undefined;
  let known = paths.map((path) => stateNow(path));
  let isLooking = false;
  let isOver = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const states = await Promise.all(paths.map((path) => stat(path).then(stateOf, () => ABSENT)));
    isLooking = false;
    const isChanged = states.some((state, index) => state !== known[index]);
    known = states;
    if (isChanged && !isOver) onChange();
  };
  const timer = setInterval(() => void look(), INTERVAL_MILLIS).unref();
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

const ABSENT = 'absent';

function stateNow(path: string): string {
  try {
    return stateOf(statSync(path));
  } catch {
    return ABSENT;
  }
}

function stateOf({ mtimeMs, ino, size }: Stats): string {
  return `${mtimeMs} ${ino} ${size}`;
}
