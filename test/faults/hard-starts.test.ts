/** A start during which the engine goes away: spans are received and kept. `hard-starts.long.test.ts` has more. */
import { expect, it } from 'vitest';
import { until } from '../support/stack.ts';
import { hardStarts, send, settled, statusOf, TIMEOUT_MILLIS } from './hard-start.ts';
import { engineOf } from './processes.ts';

const hard = hardStarts();

it(
  'the engine is killed during its first start',
  async () => {
    const url = await hard().start();
    const server = hard().child?.process.pid as number;
    const engine = await until(
      'there is an engine',
      async () => engineOf(server),
      (pid) => pid !== undefined,
    );
    process.kill(engine as number, 'SIGKILL');
    const ids = await send(url);
    await settled(url);
    expect((await statusOf(url)).store.insertedSpans).toBe(ids.length);
  },
  TIMEOUT_MILLIS,
);
