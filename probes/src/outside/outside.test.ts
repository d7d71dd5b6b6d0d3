import { describe, expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';
import { readAnswer } from './function-answer.ts';
import { httpTarget } from './http-target.ts';
import { readReport } from './lambda-report.ts';
import { isPrivateHost } from './private-host.ts';

describe('the answer of a function', () => {
  it('is read field by field if present', () => {
    const told = {
      sandboxId: 's',
      ordinal: 1,
      startUnixMs: 'soon',
      measured: { ms: [1, 2], bad: 'x' },
      hostId: '',
    };
    expect(readAnswer(Buffer.from(JSON.stringify({ sandscope: told })))).toEqual({
      facts: { ordinal: 1, measured: { ms: [1, 2] } },
      start: 'cold',
      sandboxId: 's',
    });
  });

  it('contains no impossible values', () => {
    const told = { sandboxId: 's', ordinal: 0, durationMs: -5, cpuMs: 0, memoryMb: -1, startUnixMs: -1 };
    expect(readAnswer(Buffer.from(JSON.stringify({ sandscope: told })))).toEqual({
      facts: { cpuMs: 0, startUnixMs: -1 },
      start: 'unknown',
      sandboxId: 's',
    });
    expect(readAnswer(Buffer.from('{"sandscope":{"ordinal":1.5}}'))?.start).toBe('unknown');
  });

  it.each(['', '{}', 'not json "sandscope"', '{"sandscope":null}', '{"sandscope":7}', 'null'])(
    'is absent in %j',
    (text) => expect(readAnswer(Buffer.from(text))).toBeUndefined(),
  );
});

describe('the REPORT line of Lambda', () => {
  it('is read from the tail of the log', () => {
    const tail =
      'END RequestId: 1\nREPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 113 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\tInit Duration: 100.12 ms\t\n';
    expect(readReport(tail)).toEqual({
      durationMs: 12.34,
      billedMs: 113,
      memoryMb: 128,
      maxMemoryUsedMb: 70,
      initMs: 100.12,
    });
    expect(readReport('')).toEqual({});
  });
});

it('recognises URLs on this machine or in a private network', () => {
  const own = ['127.0.0.1', 'localhost', '[::1]', '10.1.2.3', '192.168.0.9', '172.31.0.1', '[fd00::1]'];
  const remote = [
    '8.8.8.8',
    'example.com',
    '172.32.0.1',
    'localhost.example.com',
    '[2001:db8::1]',
    '127.0.0.1.nip.io',
  ];
  expect(own.filter((host) => !isPrivateHost(host))).toEqual([]);
  expect(remote.filter((host) => isPrivateHost(host))).toEqual([]);
});

it.each(['ftp://x/', 'nonsense', 'http://user:secret@x/'])('rejects a URL such as %s', (url) => {
  expect(() => httpTarget({ url })).toThrow(expect.objectContaining({ code: 'ERR_PROBE_ENDPOINT' }));
});

it('notices that the wall clock was set', () => {
  let ahead = 0;
  const watch = new ClockWatch(performance.now(), () => Date.now() + ahead);
  watch.look();
  ahead = 3_600_000;
  watch.look();
  watch.look();
  watch.stop();
  expect(watch.steps).toHaveLength(1);
  expect(watch.steps[0]!.stepMs).toBeCloseTo(3_600_000, -2);
});
