import { get } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildQuerierApp } from '../querier/querier-app.ts';
import type { TestEngine } from './test-engine.ts';
import { startTestEngine } from './test-engine.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

const running = async (): Promise<number> => {
  const rows = await test.store.query(
    "SELECT 1 FROM system.processes WHERE query LIKE '%cityHash64(number) = 3%' AND query NOT LIKE '%processes%'",
  );
  return rows.length;
};

it('a query ends in the engine when the client of the API goes away, and the next one is served', async () => {
  const app = await buildQuerierApp({ store: () => test.store });
  // A very slow query, without any code of its own for cancellation.
  app.get('/slow', async () =>
    test.store.query(
      'SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 3',
      {},
      { maxSeconds: 60 },
    ),
  );
  app.get('/fast', async () => test.store.query('SELECT 1 AS one'));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const request = get(`${url}/slow`, { agent: false });
  request.on('error', () => undefined);
  await expect.poll(running).toBe(1);
  request.destroy();
  await expect.poll(running).toBe(0);
  expect(await (await fetch(`${url}/fast`)).json()).toEqual([{ one: 1 }]);
  await app.close();
});
