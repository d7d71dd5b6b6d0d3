import { afterAll, beforeAll } from 'vitest';
import { startCollector, temporaryFolder, type Collector } from './stack.ts';

/** One collector for all tests of the calling block; the returned function gives it while they run. */
export function sharedCollector(...args: string[]): () => Collector {
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let collector: Collector | undefined;
  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path, 0, ...args);
  });
  afterAll(async () => {
    await collector?.child.stop();
    await folder?.remove();
  });
  return () => {
    if (collector === undefined) throw new Error('the collector is not there yet');
    return collector;
  };
}
