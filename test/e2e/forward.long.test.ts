/** Forwarding to a real OTLP endpoint (a second collector), also while that one is down for some time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

async function send(url: string, traceId: string): Promise<number> {
  const span = {
    traceId,
    spanId: 'eee19b7ec3c1b174',
    name: 'work',
    kind: 2,
    startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    endTimeUnixNano: String(BigInt(Date.now() + 5) * 1_000_000n),
    attributes: [{ key: 'large', value: { intValue: '9223372036854775807' } }],
  };
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  return response.status;
}

describe('--forward', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let near: Collector;
  let far: Collector;
  const startFar = async (port = 0): Promise<Collector> => startCollector(join(folder.path, 'far'), port);

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const name of ['near', 'far']) await mkdir(join(folder.path, name));
    far = await startFar();
    near = await startCollector(join(folder.path, 'near'), 0, '--forward', far.url);
  });

  afterAll(async () => {
    await near?.child.stop();
    await far?.child.stop();
    await folder?.remove();
  });

  const stored = (url: string, traceId: string): Promise<string> =>
    until(
      `trace ${traceId} at ${url}`,
      async () => fetch(`${url}/api/v1/traces/${traceId}`),
      ({ ok }) => ok,
    ).then((response) => response.text());

  it('passes on what it received, and keeps it too', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c';
    expect(await send(near.url, traceId)).toBe(200);
    expect(await stored(far.url, traceId)).toBe(await stored(near.url, traceId));
  });

  it('acknowledges while the target is down, and delivers when it is back', async () => {
    const port = Number(new URL(far.url).port);
    await far.child.stop();
    const traceId = '6b8efff798038103d269b633813fc60c';
    expect(await send(near.url, traceId)).toBe(200);
    await stored(near.url, traceId);
    await until(
      'a failed try',
      () => near.status(),
      ({ forwarders }) => forwarders[0]!.retries > 0 && forwarders[0]!.pendingRequests === 1,
    );
    far = await startFar(port);
    expect(await stored(far.url, traceId)).toContain('9223372036854775807');
    await until(
      'nothing is pending',
      () => near.status(),
      ({ forwarders }) => forwarders[0]!.pendingRequests === 0,
    );
  });
});
