import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { startCollector } from '../testing/test-collector.ts';
import type { TestCollector } from '../testing/test-collector.ts';

/** A collector, and the port of a server that handlers send requests to; both end after the tests of the file. */
export function ioServers(listener: RequestListener): {
  readonly collector: TestCollector;
  readonly port: number;
} {
  let collector: TestCollector;
  const server = createServer(listener);
  beforeAll(async () => {
    collector = await startCollector();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await collector[Symbol.asyncDispose]();
  });
  return {
    get collector() {
      return collector;
    },
    get port() {
      return (server.address() as AddressInfo).port;
    },
  };
}
