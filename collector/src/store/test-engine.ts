import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { copyMigratedStore } from './migrated-store.fixture.ts';
import { Store } from './store.ts';
import { TestWriter } from './test-writer.ts';

/** A real engine in a separate directory, with its store and writer. */
export interface TestEngine {
  readonly dataDir: string;
  readonly engine: Engine;
  readonly store: Store;
  readonly writer: TestWriter;
  readonly logged: string[];
  /** Ends everything and removes the directory. */
  close(): Promise<void>;
}

export async function startTestEngine(): Promise<TestEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandscope-engine-'));
  await copyMigratedStore(dataDir);
  const logged: string[] = [];
  const write = (message: string): void => void logged.push(message);
  const engine = await startEngine({ dataDir, log: { info: write, warn: write, error: write } });
  const store = await Store.open(engine);
  const writer = new TestWriter(engine);
  return {
    dataDir,
    engine,
    store,
    writer,
    logged,
    close: async () => {
      await Promise.all([store.close(), writer.close()]);
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
