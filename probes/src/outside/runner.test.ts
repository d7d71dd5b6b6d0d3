import { appendFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpTarget } from './http-target.ts';
import type { Sample } from './sample.ts';
import { responseMs } from './sample.ts';
import type { Target } from './target.ts';
import { FACTS, runUnits, single, startServer, temporaryFolder } from './test-target.ts';
import type { Unit, UnitContext } from './unit.ts';

const outcomes = (samples: readonly Sample[]): string[] =>
  samples.map(({ outcome, error, discarded }) => error?.code ?? discarded ?? outcome);

describe('a failing target', () => {
  it('is tried again after temporary failures, and failures count as failures', async () => {
    const url = await startServer((number, response) => {
      if (number < 2) response.writeHead(500).end('no');
      else response.end(FACTS);
    });
    const { samples, complete } = await runUnits(url, [single('a'), single('b')]);
    expect(outcomes(samples)).toEqual(['server_error', 'server_error', 'ok', 'ok']);
    expect(samples.map(({ unit }) => unit)).toEqual(['a', 'a', 'a', 'b']);
    expect(complete).toBe(true);
    expect(samples[0]).toMatchObject({ httpStatus: 500, start: 'unknown', error: { message: 'status 500' } });
  });

  it('invalidates the other calls of a batch, unless errors are measured', async () => {
    const url = await startServer((number, response) =>
      number % 2 === 0 ? response.writeHead(429).end() : response.end(FACTS),
    );
    const pair = (isAtomic: boolean): Unit => ({
      ...single('pair'),
      isAtomic,
      run: async ({ call }) => {
        await call({ role: 'first' });
        await call({ role: 'second' });
      },
    });
    const loose = await runUnits(url, [pair(false)]);
    expect(outcomes(loose.samples)).toEqual(['throttled', 'ok']);
    const atomic = await runUnits(url, [pair(true)], { retryPausesMs: [] });
    expect(outcomes(atomic.samples)).toEqual(['throttled', 'batch_failed']);
  });

  it('ends the run if nothing answers at all', async () => {
    const { samples, complete, endedBy } = await runUnits(
      // Nothing listens on the discard port.
      'http://127.0.0.1:9/',
      Array.from({ length: 6 }, (_, index) => single(String(index))),
      { retryPausesMs: [] },
    );
    expect(outcomes(samples)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect({ complete, endedBy }).toEqual({ complete: false, endedBy: 'unreachable' });
    expect(samples[0]?.error?.message).toContain('ECONNREFUSED');
  });

  it('leaves unanswered units to the next run', async () => {
    const folder = temporaryFolder();
    const units = ['a', 'b', 'c', 'd'].map((id) => single(id));
    const gone = await runUnits('http://127.0.0.1:9/', units.slice(0, 2), { folder, retryPausesMs: [] });
    expect(gone).toMatchObject({ complete: false, endedBy: 'unreachable' });
    // The function in the middle always fails; it must not be called for ever.
    const url = await startServer((_number, response, request) =>
      request.headers['x-fails'] === undefined ? response.end(FACTS) : response.destroy(),
    );
    const failing = single(
      'b',
      {},
      { run: async ({ call }) => void (await call({ role: 'call', event: { fails: true } })) },
    );
    const target = httpTarget({ url });
    const picky: Target = {
      ...target,
      call: (call) =>
        target.call({ ...call, ...(String(call.body).includes('fails') && { headers: { 'x-fails': '1' } }) }),
    };
    const again = await runUnits(url, [units[0]!, failing, units[2]!], {
      folder,
      retryPausesMs: [],
      target: picky,
    });
    await target.close();
    expect(again.complete).toBe(true);
    expect(outcomes(again.samples)).toEqual(['unreachable', 'unreachable', 'ok', 'reset', 'ok']);
  });

  it('does not wait within a unit whose result is lost already', async () => {
    const url = await startServer((_number, response) => response.writeHead(500).end());
    const unit: Unit = {
      ...single('long'),
      run: async ({ call, together, wait }) => {
        await together(2, () => ({ role: 'before' }));
        await wait(3_600_000);
        await call({ role: 'after' });
      },
    };
    const { samples, endedBy } = await runUnits(url, [unit]);
    expect(samples.map(({ role }) => role)).toEqual(Array(6).fill('before'));
    expect(endedBy).toBe('unreachable');
  });

  it('gets the pause that it requests', async () => {
    const url = await startServer((number, response) =>
      number === 0 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.end(FACTS),
    );
    const { samples } = await runUnits(url, [single('a')]);
    expect(outcomes(samples)).toEqual(['throttled', 'ok']);
    expect(samples[1]!.sentMs - samples[0]!.endMs!).toBeGreaterThan(999);
  });

  it.each([
    ['timeout', () => {}],
    ['reset', (response: ServerResponse) => response.destroy()],
    ['unexpected_answer', (response: ServerResponse) => response.socket?.end('no HTTP\r\n\r\n')],
    ['unexpected_answer', (response: ServerResponse) => response.setHeader('x', 'a'.repeat(50_000)).end()],
  ] as const)('recognises a %s', async (code, behave) => {
    const url = await startServer((_number, response) => behave(response));
    const { samples } = await runUnits(url, [single('a')], { timeoutMs: 100, retryPausesMs: [] });
    expect(outcomes(samples)).toEqual([code]);
    expect(samples[0]?.connectedMs).toBeGreaterThan(0);
  });

  it('is not mistaken for the function if something else answers', async () => {
    const url = await startServer((number, response) => response.end(number === 1 ? '<html>' : FACTS));
    const units = [single('a'), single('b'), single('c')];
    const { samples } = await runUnits(url, units, { retryPausesMs: [] });
    expect(outcomes(samples)).toEqual(['ok', 'unexpected_answer', 'ok']);
    const needing = await runUnits(await startServer((_, response) => response.end('{}')), [single('a')], {
      needsFacts: true,
      retryPausesMs: [],
    });
    expect(outcomes(needing.samples)).toEqual(['unexpected_answer']);
  });
});

it('reports the remaining time at the pace so far, whatever waits were planned', async () => {
  const url = await startServer((_, response) => response.end(FACTS));
  const lefts: number[] = [];
  const units = ['a', 'b', 'c'].map((id) => single(id, {}, { waitMs: 3_600_000 }));
  await runUnits(url, units, { onProgress: ({ leftMs }) => lefts.push(leftMs) });
  expect(lefts[0]).toBeGreaterThanOrEqual(3 * 3_600_000);
  expect(lefts[1]).toBeLessThan(3_600_000);
  expect(lefts.at(-1)).toBe(0);
});

it('needs {function} in its URL if several functions are called', async () => {
  const url = await startServer((_number, response) => response.end(FACTS));
  await expect(runUnits(url, [single('a', { functionName: 'f' })])).rejects.toMatchObject({
    code: 'ERR_PROBE_ENDPOINT',
    message: expect.stringContaining('the URL needs {function}') as string,
  });
});

describe('a run', () => {
  it('continues after an interruption, and repeats no finished unit', async () => {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const url = await startServer((number, response) => {
      if (number === 3) stop.abort();
      response.end(FACTS);
    });
    const twice = (id: string): Unit => ({
      ...single(id),
      calls: 2,
      run: async ({ call, wait }) => {
        await call({ role: 'first' });
        await wait(1);
        await call({ role: 'second' });
      },
    });
    const units = ['a', 'b', 'c'].map(twice);
    const first = await runUnits(url, units, { folder, signal: stop.signal });
    expect(first).toMatchObject({ complete: false, endedBy: 'signal' });
    // A line left incomplete by a crash.
    appendFileSync(join(folder, 'journal.ndjson'), '{"sample":{"index":9');
    const second = await runUnits(url, units, { folder });
    expect(second.complete).toBe(true);
    const byUnit = (unit: string): string[] =>
      outcomes(second.samples.filter((sample) => sample.unit === unit));
    expect(byUnit('a')).toEqual(['ok', 'ok']);
    expect(byUnit('b').slice(-2)).toEqual(['ok', 'ok']);
    expect(
      byUnit('b')
        .slice(0, -2)
        .every((outcome) => outcome === 'interrupted'),
    ).toBe(true);
    expect(byUnit('c')).toEqual(['ok', 'ok']);
    expect(second.samples.map(({ index }) => index)).toEqual(second.samples.map((_, index) => index));
    const times = second.samples.map(({ sentMs }) => sentMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('ends at its limits', async () => {
    const url = await startServer((_number, response) => response.end(FACTS));
    const units = Array.from({ length: 5 }, (_, index) => single(String(index)));
    const few = await runUnits(url, units, { ceilings: { calls: 2, durationMs: 60_000 } });
    expect(few).toMatchObject({ complete: false, endedBy: 'calls' });
    expect(few.samples).toHaveLength(2);
    const long = { ...single('long'), run: (context: UnitContext) => context.wait(60_000) };
    const brief = await runUnits(url, [long], { ceilings: { calls: 9, durationMs: 50 } });
    expect(brief).toMatchObject({ complete: false, endedBy: 'duration' });
  });

  it('separates the time of a connection, and keeps connections if requested', async () => {
    const url = await startServer((_number, response) => response.end(FACTS));
    const units = ['new', 'kept', 'kept again'].map((id) => single(id, { keepAlive: id !== 'new' }));
    const { samples } = await runUnits(url, units);
    expect(samples.map(({ connectedMs }) => connectedMs !== undefined)).toEqual([true, true, false]);
    for (const { sentMs, connectedMs = sentMs, firstByteMs = 0, endMs = 0 } of samples) {
      expect(sentMs).toBeLessThanOrEqual(connectedMs);
      expect(connectedMs).toBeLessThan(firstByteMs);
      expect(firstByteMs).toBeLessThanOrEqual(endMs);
    }
  });

  it('counts a caller’s wait from when the call was due, and a slow answer does not delay others', async () => {
    // The first answer is slow; in a closed loop the others would wait for it and be fast.
    const url = await startServer((number, response) => {
      setTimeout(() => response.end(FACTS), number === 0 ? 300 : 0);
    });
    const unit: Unit = {
      ...single('open'),
      run: async ({ openLoop }) => void (await openLoop([0, 20, 40], () => ({ role: 'call' }))),
    };
    const { samples } = await runUnits(url, [unit]);
    const due = samples.map(({ scheduledMs }) => scheduledMs);
    expect(Math.max(...due) - Math.min(...due)).toBeCloseTo(40, 5);
    const slow = samples.find((sample) => responseMs(sample)! >= 300);
    expect(slow?.scheduledMs).toBe(Math.min(...due));
    const last = samples.find(({ scheduledMs }) => scheduledMs === Math.max(...due));
    expect(last!.sentMs).toBeLessThan(slow!.endMs!);
  });

  it('excludes calls that the client sent too late from statistics', async () => {
    const url = await startServer((_number, response) => response.end(FACTS));
    const unit: Unit = {
      ...single('late'),
      run: async ({ call, now }) => void (await call({ role: 'call', scheduledMs: now() - 500 })),
    };
    const { samples } = await runUnits(url, [unit]);
    expect(outcomes(samples)).toEqual(['late']);
  });
});
