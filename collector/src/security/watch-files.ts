import { unwatchFile, watchFile } from 'node:fs';
import type { StatsListener } from 'node:fs';

/** Asking works where notices do not: on network file systems, and when a folder of secrets is a link that is switched. */
const INTERVAL_MILLIS = 2000;

/** Calls back within two seconds of a change of one of the files. Returns what ends that. */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  const listener: StatsListener = (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) onChange();
  };
  for (const path of paths) watchFile(path, { interval: INTERVAL_MILLIS, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
