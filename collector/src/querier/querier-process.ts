// The querier: a process that answers questions, separate from the one that acknowledges spans.
import { flushCompileCache } from 'node:module';
import { listenPrivately, openSocketPath } from '../control/index.ts';
import { PriceBook } from '../prices/index.ts';
import type { PricePlan } from '../prices/index.ts';
import { offerToKernel } from '../process/index.ts';
import { Store } from '../store/store.ts';
import type { FromQuerier, ToQuerier } from './messages.ts';
import { buildQuerierApp } from './querier-app.ts';
import { QUERIER_SOCKET } from './socket.ts';

let store: Store | undefined;

/** Killed after the engine, before the server. */
const OOM_SCORE = 300;

async function start(dataDir: string, own: readonly PricePlan[] = []): Promise<void> {
  offerToKernel(OOM_SCORE);
  const app = await buildQuerierApp({ store: () => store, prices: new PriceBook(own) });
  await app.ready();
  await listenPrivately(app.server, openSocketPath(dataDir, QUERIER_SOCKET).path);
  tell({ type: 'listening' });
  // A signal would end it before Node can save its compile cache, where that is enabled.
  flushCompileCache();
}

function tell(message: FromQuerier): void {
  process.send?.(message);
}

// The server has ended, so there are no more questions.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C reaches the whole process group; the server decides when the querier ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('message', (message: ToQuerier) => {
  if (message.type === 'look') tell({ type: 'alive', id: message.id });
  else if (message.type === 'store') {
    store = Store.connect(message.connection);
    tell({ type: 'connected' });
  } else {
    start(message.dataDir, message.prices).catch((error: unknown) => {
      tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    });
  }
});
