import { expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';

const LEAK = `import { openSync, writeFileSync } from 'node:fs';
  import { connect, createServer } from 'node:net';
  import { tmpdir } from 'node:os';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { wrap } from 'SDK';
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const kept = [];
  let count = 0;
  const f = wrap(async () => {
    count += 1;
    kept.push(Buffer.alloc(8 * 1024 * 1024), Array.from({ length: 1_000_000 }, (_, i) => ({ i })));
    for (let i = 0; i < 10; i += 1) {
      kept.push(openSync('/dev/null', 'r'));
      writeFileSync(tmpdir() + '/leak' + count + '.' + i, 'x'.repeat(1000));
      const socket = connect(server.address().port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      kept.push(socket);
    }
    const end = performance.now() + 30;
    while (performance.now() < end);
  }, { name: 'f' });
  for (const ms of [1050, 1, 0]) { await f({}, {}); await sleep(ms); }
  process.kill(process.pid, 'SIGTERM');`;

test('leaked resources grow from one reading to the next, a second later', async () => {
  await using collector = await startCollector();
  await using run = await runProgram(LEAK, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT: 'sync' },
  });
  await run.ended;
  const spans = collector.spans.filter(({ name }) => name === 'f');
  expect(spans).toHaveLength(3);
  const [first, second, third] = spans.map(({ attributes }) => attributes);
  const grown = (name: string): number => Number(second![name]) - Number(first![name]);
  expect(grown('sandscope.process.descriptor_count')).toBeGreaterThanOrEqual(20);
  expect(grown('sandscope.process.connection_count')).toBe(10);
  expect(grown('sandscope.memory.external_bytes')).toBeGreaterThan(8_000_000);
  expect(grown('sandscope.memory.heap_used_bytes')).toBeGreaterThan(1_000_000);
  expect(grown('sandscope.tmp.file_count')).toBe(10);
  expect(grown('sandscope.tmp.file_bytes')).toBe(10_000);
  expect(Number(first!['sandscope.process.thread_count'])).toBeGreaterThan(1);
  expect(second!['sandscope.process.peers']).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ 20$/)]);
  // The loop is watched from the first response on.
  expect(first).not.toHaveProperty(['sandscope.event_loop.delay_max_ms']);
  expect(Number(second!['sandscope.event_loop.delay_max_ms'])).toBeGreaterThanOrEqual(30);
  // Within the same second nothing is reported again.
  for (const name of [
    'process.descriptor_count',
    'process.peers',
    'event_loop.delay_max_ms',
    'tmp.file_count',
  ])
    expect(third).not.toHaveProperty([`sandscope.${name}`]);
});
