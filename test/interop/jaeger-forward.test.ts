/** Wrapped functions forwarded to a real Jaeger: it has every span as it was sent, even after it was down. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flat, traceIds, type Spans } from '../support/otlp-json.ts';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  until,
  type Collector,
  type Platform,
} from '../support/stack.ts';
import { startJaeger, type Jaeger } from './jaeger.ts';
import { describeWithProgram } from './peers.ts';

describeWithProgram('jaeger', (program) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let jaeger: Jaeger;
  let collector: Collector;
  let platform: Platform;

  beforeAll(async () => {
    folder = await temporaryFolder();
    jaeger = await startJaeger(program, folder.path);
    await mkdir(join(folder.path, 'collector'));
    collector = await startCollector(folder.path, 0, '--forward', jaeger.otlp);
    platform = await startPlatformProcess(folder.path, {
      hosts: 2,
      idleLimitMillis: 60_000,
      collector: collector.url,
      functions: [
        { name: 'add', source: 'examples/functions/add/index.ts' },
        { name: 'burn', source: 'examples/functions/burn/index.ts' },
      ],
    });
  });
  afterAll(async () => {
    await platform?.child.stop();
    await collector?.child.stop();
    await jaeger?.kill();
    await folder?.remove();
  });

  /** Invokes both functions, and waits until their spans are on their way. */
  async function invoke(times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      expect(await platform.invoke('add', { a: n, b: 1 })).toEqual({ result: n + 1 });
      await platform.invoke('burn', { milliseconds: 5 });
    }
    await platform.rest();
    await collector.settled();
  }
  async function forwarded(): Promise<void> {
    await until(
      'everything is forwarded',
      () => collector.status(),
      ({ forwarders }) => forwarders[0]!.pendingRequests === 0,
    );
  }
  /** Traces of invocations since a time, as the collector's Jaeger API finds them. */
  async function tracesSince(from: Date): Promise<string[]> {
    const range = `query.startTimeMin=${from.toISOString()}&query.startTimeMax=${new Date().toISOString()}`;
    const url = `${collector.url}/api/v3/traces?${range}&query.searchDepth=1000`;
    const { result } = await getJson<{ result: Spans }>(url);
    return traceIds(result);
  }
  async function expectSame(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const { result } = await getJson<{ result: Spans }>(
        `${jaeger.query}/api/v3/traces/${id}?raw_traces=true`,
      );
      expect(flat(result)).toEqual(flat(await getJson<Spans>(`${collector.url}/api/v1/traces/${id}`)));
    }
  }

  it('has every span of a run, equal in ids, names, times and attributes', async () => {
    const start = new Date();
    await invoke(10);
    await forwarded();
    const ids = await tracesSince(start);
    expect(ids.length).toBeGreaterThanOrEqual(20);
    await expectSame(ids);
  });

  it('has every span sent while it was away, once it is back', async () => {
    await jaeger.kill();
    const start = new Date();
    await invoke(5);
    await until(
      'a failed try',
      () => collector.status(),
      ({ forwarders }) => forwarders[0]!.retries > 0 && forwarders[0]!.pendingRequests > 0,
    );
    await jaeger.start();
    await forwarded();
    const ids = await tracesSince(start);
    expect(ids.length).toBeGreaterThanOrEqual(10);
    await expectSame(ids);
  });
});
