/**
 * The cost of the levels that are read once a second after a response: each part separately, with few and with many
 * counted items, compared with rejected alternatives (the kernel's table of connections, a timer for the event loop).
 *
 *     node sdk/bench/growth.bench.ts
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Descriptors, TempFiles, threadCountSource } from '@sandscope/probes/inside';
import { LoopWatch } from '../src/readings/loop-watch.ts';
import { SocketWatch } from '../src/readings/socket-watch.ts';

const SAMPLES = 300;

function measure(what: string, run: () => unknown, samples = SAMPLES): void {
  const micros: number[] = [];
  for (let i = -20; i < samples; i += 1) {
    const start = process.hrtime.bigint();
    run();
    if (i >= 0) micros.push(Number(process.hrtime.bigint() - start) / 1e3);
  }
  micros.sort((a, b) => a - b);
  const at = (q: number): string => (micros[Math.floor(micros.length * q)] ?? Number.NaN).toFixed(1);
  print(what, `median ${at(0.5)} µs, p25 ${at(0.25)}, p75 ${at(0.75)}, p99 ${at(0.99)}`);
}

function print(what: string, result: string): void {
  process.stdout.write(`${what.padEnd(48)} ${result}\n`);
}

/** CPU time of the process while `run` runs, µs. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

print(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}`,
  `n = ${SAMPLES}`,
);
measure('nothing', () => undefined);

const descriptors = new Descriptors();
const held: number[] = [];
for (const count of [0, 1000, 10_000]) {
  try {
    while (held.length < count) held.push(openSync('/dev/null', 'r'));
  } catch {
    print(`descriptors, ${count} more`, 'not measured: the limit of open files is lower');
    continue;
  }
  measure(`descriptors, ${count} more`, () => descriptors.count(Number.MAX_VALUE));
}
for (const fd of held) closeSync(fd);

const threads = threadCountSource();
measure('threads', () => threads.read());
measure('heap and external memory', () => process.memoryUsage());

const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
await sleep(10);
const sockets: Socket[] = [];
const watch = new SocketWatch();
for (const count of [0, 100, 1000]) {
  while (sockets.length < count) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  measure(`connections, ${count}`, () => watch.read());
}
measure('the same by /proc/net/tcp and tcp6', () => [
  readFileSync('/proc/net/tcp'),
  readFileSync('/proc/net/tcp6'),
]);
for (const socket of sockets) socket.destroy();
server.close();

const folder = mkdtempSync(join(tmpdir(), 'sandscope-bench-'));
for (const count of [10, 1000]) {
  for (let i = 0; i < count; i += 1) writeFileSync(join(folder, `${i}`), 'x');
  const files = new TempFiles(folder);
  measure(`files, ${count}, one step of 0.3 ms`, () => files.step(0.3));
}
rmSync(folder, { recursive: true });

const turns = async (): Promise<void> => {
  for (let i = 0; i < 900; i += 1) await new Promise((resolve) => setImmediate(resolve));
};
const loop = new LoopWatch();
const [bare, watched]: [number[], number[]] = [[], []];
for (let i = 0; i < 20; i += 1) {
  bare.push((await cpuOf(turns)) / 900);
  loop.take();
  loop.begin();
  watched.push((await cpuOf(turns)) / 900);
  loop.end();
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
print(
  'a turn of the event loop, CPU',
  `${median(bare).toFixed(2)} µs, watched ${median(watched).toFixed(2)} µs`,
);
const idle = await cpuOf(() => sleep(2000));
const histogram = monitorEventLoopDelay({ resolution: 10 });
histogram.enable();
const monitored = await cpuOf(() => sleep(2000));
histogram.disable();
print(
  'a second at rest, CPU',
  `${(idle / 2).toFixed(0)} µs, with monitorEventLoopDelay ${(monitored / 2).toFixed(0)} µs`,
);
process.exit();
