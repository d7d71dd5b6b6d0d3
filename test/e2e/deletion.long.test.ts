/** Deletion through the real command and over HTTP, on a running collector. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getJson, startCollectorWith, temporaryFolder, until, type Collector } from '../support/stack.ts';

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
const ADMIN = 'admin-token-of-a-test';
const START = Date.now() - 600_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;

beforeAll(async () => {
  folder = await temporaryFolder();
  collector = await startCollectorWith(folder.path, 0, { environment: { SANDSCOPE_ADMIN_TOKEN: ADMIN } });
}, 120_000);
afterAll(async () => {
  await collector.child.stop();
  await folder.remove();
});

/** Three invocations of a function, in one sandbox. */
async function send(functionName: string, sandbox: string): Promise<void> {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const spans = [1, 2, 3].map((ordinal) => ({
    traceId: `${sandbox}${ordinal}`.padEnd(32, 'a'),
    spanId: `${sandbox}${ordinal}`.padEnd(16, 'b'),
    name: functionName,
    kind: 2,
    startTimeUnixNano: `${START + ordinal * 1000}000000`,
    endTimeUnixNano: `${START + ordinal * 1000 + 20}000000`,
    attributes: [
      text('sandscope.sandbox.id', sandbox.padEnd(32, '0')),
      { key: 'sandscope.sandbox.ordinal', value: { intValue: String(ordinal) } },
    ],
  }));
  const resource = { attributes: [text('service.name', functionName), text('faas.name', functionName)] };
  const response = await fetch(`${collector.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] }),
  });
  expect(response.status).toBe(200);
  await collector.settled();
}

const names = async (): Promise<string[]> => {
  const { functions } = await getJson<{ functions: { function: string }[] }>(
    `${collector.url}/api/v1/functions?from=-1h`,
  );
  return functions.map((summary) => summary.function).sort();
};

async function sandscope(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const line = [MAIN, 'delete', ...args, '--data', join(folder.path, 'collector')];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, line)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('deleting a function', { timeout: 120_000 }, () => {
  it('by the command: shown first, and not without a yes', async () => {
    await send('stays', 'c1');
    await send('goes', 'c2');
    await until('both are there', names, (known) => known.length === 2);
    const dry = await sandscope('function', 'goes', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      kind: 'function',
      name: 'goes',
      deleted: false,
      spans: 3,
      invocations: 3,
      fromMs: START + 1000,
      toMs: START + 3000,
    });
    expect(await sandscope('function', 'goes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('delete needs --yes'),
    });
    expect(await names()).toEqual(['goes', 'stays']);
    const done = await sandscope('function', 'goes', '--yes');
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^sandscope: the function "goes" has 3 spans, 3 invocations, .*: deleted\n$/,
      ),
    });
    expect(await names()).toEqual(['stays']);
    expect(await sandscope('function', 'goes', '--yes')).toMatchObject({ code: 1 });
    expect(await sandscope('sandbox', 'goes')).toMatchObject({ code: 2 });
  });

  it('over HTTP, with an admin token and nothing else', async () => {
    await send('other', 'c3');
    await until('it is there', names, (known) => known.includes('other'));
    const ask = async (query: string, authorization?: string) => {
      const response = await fetch(`${collector.url}/api/v1/data/function/other${query}`, {
        method: 'DELETE',
        headers: authorization === undefined ? {} : { authorization },
      });
      return { status: response.status, body: await response.json() };
    };
    expect(await ask('')).toMatchObject({ status: 401, body: { code: 'ERR_UNAUTHENTICATED' } });
    expect(await ask('', 'Bearer not-the-token-of-it')).toMatchObject({ status: 401 });
    expect(await ask('?dryRun=true', `Bearer ${ADMIN}`)).toMatchObject({
      status: 200,
      body: { deleted: false, spans: 3, invocations: 3 },
    });
    expect(await names()).toContain('other');
    expect(await ask('', `Bearer ${ADMIN}`)).toMatchObject({
      status: 200,
      body: { deleted: true, spans: 3 },
    });
    expect(await names()).toEqual(['stays']);
    expect(await ask('', `Bearer ${ADMIN}`)).toMatchObject({ status: 404, body: { code: 'ERR_NOT_FOUND' } });
  });
});
