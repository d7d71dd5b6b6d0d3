// Prints how long the system calls of single steps of a warm invocation take, medians in µs: each after a pause of 4 ms,
// as between two invocations of the benchmark, and within a loop.
const { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const folder = mkdtempSync(path.join(tmpdir(), 'steps-'));
const note = openSync(path.join(folder, 'note'), 'w');
const bytes = Buffer.alloc(4096);
const files = ['/proc/stat', '/proc/net/dev', '/proc/self/status', '/proc/meminfo'];
const reads = files.map((file) => {
  const fd = openSync(file, 'r');
  return [file, () => readSync(fd, bytes, 0, 4096, 0)];
});
const steps = Object.fromEntries([
  ...reads,
  ['note of 16 bytes', () => writeSync(note, bytes, 0, 16, 0)],
  ['getrusage', () => process.resourceUsage()],
]);

function micros(step) {
  const start = process.hrtime.bigint();
  step();
  return Number(process.hrtime.bigint() - start) / 1e3;
}

async function main() {
  const times = Object.fromEntries(Object.keys(steps).map((name) => [name, { paused: [], looped: [] }]));
  for (let i = 0; i < 150; i += 1) {
    for (const [name, step] of Object.entries(steps)) {
      await sleep(i < 100 ? 4 : 0);
      times[name][i < 100 ? 'paused' : 'looped'].push(micros(step));
      if (i >= 100) for (let k = 0; k < 20; k += 1) times[name].looped.push(micros(step));
    }
  }
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const result = Object.entries(times).map(([name, { paused, looped }]) => ({
    name,
    pausedMicros: median(paused),
    loopedMicros: median(looped),
  }));
  process.stdout.write(JSON.stringify(result));
  closeSync(note);
  rmSync(folder, { recursive: true });
}

void main();
