import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createEngineServer } from './engine-http.ts';
import { EnginePool } from './engine-pool.ts';

/** What the parent sends first. */
export interface EngineConfig {
  readonly dataDir: string;
  readonly memoryBytes: number;
  /** 0 for any free one. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** What the engine process says. */
export type EngineMessage =
  { readonly type: 'ready'; readonly port: number } | { readonly type: 'failed'; readonly reason: string };

/** When the machine runs out of memory, the kernel shall end the engine, which comes back, and not the server. */
function offerToKernel(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // Not Linux, or not allowed.
  }
}

function main(config: EngineConfig): void {
  offerToKernel();
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

// The parent is gone: nothing may stay behind. A plain exit would wait for the running statements.
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
