import type { AddressInfo } from 'node:net';
import { offerToKernel, PRIVATE_UMASK } from '../process/index.ts';
import { createEngineServer } from './engine-http.ts';
import { EnginePool } from './engine-pool.ts';

/** The first message of the parent. */
export interface EngineConfig {
  readonly dataDir: string;
  readonly memoryBytes: number;
  /** 0 for any free port. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Messages of the engine process. */
export type EngineMessage =
  { readonly type: 'ready'; readonly port: number } | { readonly type: 'failed'; readonly reason: string };

/** The first process that the kernel kills when memory runs out. */
const OOM_SCORE = 500;

function main(config: EngineConfig): void {
  process.umask(PRIVATE_UMASK);
  offerToKernel(OOM_SCORE);
  const pool = new EnginePool(config);
  const server = createEngineServer(pool, config);
  server.once('error', (error) => leave({ type: 'failed', reason: error.message }));
  server.listen(config.port, '127.0.0.1', () => {
    process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port } satisfies EngineMessage);
  });
  process.once('message', () => {
    server.close();
    server.closeIdleConnections();
    pool.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

function leave(message: EngineMessage): void {
  process.send?.(message, () => process.exit(1));
}

// The parent is gone: nothing may be left running. A plain exit would wait for the running statements.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C reaches the whole process group; the parent decides when the engine ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.once('message', (config) => {
  try {
    main(config as EngineConfig);
  } catch (error) {
    leave({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
});
