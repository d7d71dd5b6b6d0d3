import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as semconv from '@sandscope/probes/semconv';
import { isBinaryInsert } from './binary-insert.ts';
import { withRowFile } from './row-file.ts';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { invocationRow, spanRow } from './test-rows.ts';
import { TestWriter } from './test-writer.ts';
import { INSERT_COLUMNS, TraceBlock } from './trace-block.ts';
import type { TraceRow } from './trace-row.ts';
import { writeTraceRow } from './write-trace-row.fixture.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

const NOW = Date.now();

function rowsOf(service: string, count: number): TraceRow[] {
  return Array.from({ length: count }, (_, index) =>
    spanRow({ startMs: NOW + index, resource: { [semconv.ATTR_SERVICE_NAME]: service } }),
  );
}

function blockOf(rows: readonly TraceRow[]): TraceBlock {
  const block = new TraceBlock();
  for (const row of rows) writeTraceRow(block, row);
  return block;
}

const packed = (rows: readonly TraceRow[]): Buffer => blockOf(rows).take();
const native = (rows: readonly TraceRow[]): Buffer =>
  Buffer.concat(
    Array.from(blockOf(rows).takeNative(Math.floor(Date.now() / 1000)), (piece) => Buffer.from(piece)),
  );

async function count(service: string): Promise<number> {
  const [row] = await test.store.query<{ n: string }>(
    'SELECT count() AS n FROM sandscope.otel_traces WHERE ServiceName = {service:String}',
    { service },
  );
  return Number(row?.n);
}

/** An insert of rows over plain HTTP; the caller sends the body. */
function open(headers: Record<string, string> = {}): ClientRequest {
  const query = `INSERT INTO sandscope.otel_traces (${INSERT_COLUMNS.join(', ')}) FORMAT Native`;
  const { user, password } = test.engine;
  return httpRequest(`${test.engine.url}/?query=${encodeURIComponent(query)}`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password, ...headers },
  });
}

async function statusOf(request: ClientRequest): Promise<number | undefined> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

const leftFiles = (): string[] => readdirSync(join(test.dataDir, 'incoming'));

describe('an insert of binary rows', () => {
  it.each([
    ['as a file', true],
    ['over HTTP', false],
  ])(
    'handed over %s is one block, skipped when it comes again, in the tables made from it too',
    async (how, isLocal) => {
      const { url, user, password, database } = test.engine;
      const writer = isLocal ? test.writer : new TestWriter({ url, user, password, database });
      const name = isLocal ? 'local' : 'sent';
      const rows = Array.from({ length: 20_000 }, (_, index) =>
        invocationRow({ function: name, sandbox: 's', startMs: NOW + index, ordinal: index + 1 }),
      );
      const half = [packed(rows.slice(0, 10_000)), packed(rows.slice(10_000))];
      for (let time = 0; time < 2; time++) {
        await writer.insertPacked(half, `${name}-1`);
        expect(await count(name), how).toBe(20_000);
        const invocations = await test.store.query(
          'SELECT count() AS n FROM sandscope.invocations WHERE function = {name:String}',
          { name },
        );
        expect(invocations).toEqual([{ n: '20000' }]);
      }
      expect(leftFiles()).toEqual([]);
      if (!isLocal) await writer.close();
    },
  );

  it('may come in gzip', async () => {
    const request = open({ 'content-encoding': 'gzip' });
    request.end(gzipSync(native(rowsOf('gzip', 3))));
    expect(await statusOf(request)).toBe(200);
    expect(await count('gzip')).toBe(3);
  });

  it('is none when its sender goes away in the middle, whole rows or not', async () => {
    const request = open();
    const closed = once(request, 'error');
    request.write(native(rowsOf('gone', 5)));
    await expect.poll(() => leftFiles()).toHaveLength(1);
    request.destroy();
    await closed;
    await expect.poll(() => leftFiles()).toEqual([]);
    expect(await count('gone')).toBe(0);
  });

  it('fails whole when its last row is cut off', async () => {
    const request = open();
    const sent = native(rowsOf('cut', 5));
    request.end(sent.subarray(0, sent.length - 3));
    expect(await statusOf(request)).toBeGreaterThanOrEqual(400);
    expect(await count('cut')).toBe(0);
    expect(leftFiles()).toEqual([]);
    const bytes = packed(rowsOf('cut', 5));
    await expect(
      test.writer.insertPacked([bytes.subarray(0, bytes.length - 3)], 'cut-1'),
    ).rejects.toMatchObject({
      code: 'ERR_STORE_REJECTED',
    });
    await test.writer.insertPacked([bytes], 'cut-2');
    expect(await count('cut')).toBe(5);
  });

  it('is tried again when its file cannot be written or is gone', async () => {
    const { url, user, password, database } = test.engine;
    const nowhere = new TestWriter({ url, user, password, database, incomingDir: '/dev/null/incoming' });
    await expect(nowhere.insert(rowsOf('nowhere', 1), 'nowhere-1')).rejects.toMatchObject({
      code: 'ERR_ENGINE_UNAVAILABLE',
    });
    await nowhere.close();
    const cleared = withRowFile(
      join(test.dataDir, 'incoming'),
      [packed(rowsOf('cleared', 1))],
      async (path) => {
        rmSync(path);
        throw new Error('no such file');
      },
    );
    await expect(cleared).rejects.toMatchObject({ code: 'ERR_ENGINE_UNAVAILABLE', statusCode: 503 });
  });

  it('is known by its statement', () => {
    expect(isBinaryInsert("INSERT INTO a.b (c) SETTINGS x='y' FORMAT RowBinary")).toBe(true);
    expect(isBinaryInsert('INSERT INTO a.b (c) FORMAT JSONEachRow')).toBe(false);
    expect(isBinaryInsert("SELECT 'INSERT INTO a (c) FORMAT RowBinary'")).toBe(false);
    expect(isBinaryInsert("INSERT INTO a SELECT 'x' FORMAT RowBinary")).toBe(false);
  });
});
