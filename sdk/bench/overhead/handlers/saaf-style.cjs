// An inspector that reads the machine through shells: seven before the handler, two after it, all synchronous, with the
// result in the response body. The commands are those that SAAF's Node.js template runs for an invocation on Lambda.
const { execSync } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const nodePath = require('node:path');

const CPU = 'cat /proc/stat | grep "^cpu" | head -1';
const SWITCHES = 'cat /proc/stat | grep ctxt';
const TICKS = ['cpuUsr', 'cpuNice', 'cpuKrn', 'cpuIdle', 'cpuIowait', 'cpuIrq', 'cpuSoftIrq', 'vmcpusteal'];

function shell(command) {
  try {
    return execSync(command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

function readCounters() {
  const ticks = shell(CPU).split(/\s+/).slice(1);
  const counters = Object.fromEntries(TICKS.map((name, i) => [name, Number(ticks[i])]));
  return { ...counters, contextSwitches: Number(shell(SWITCHES).split(' ')[1]) };
}

function readContainer() {
  const path = nodePath.join(tmpdir(), 'container-id');
  if (existsSync(path)) return { uuid: readFileSync(path, 'utf8'), newcontainer: 0 };
  const uuid = randomUUID();
  writeFileSync(path, uuid);
  return { uuid, newcontainer: 1 };
}

function readMemory() {
  const [total, free] = readFileSync('/proc/meminfo', 'utf8').split('\n');
  const faults = /^pgfault (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
  return { totalMemory: total, freeMemory: free, pageFaults: Number(faults?.[1]) };
}

exports.handler = async (event) => {
  const startTime = Date.now();
  const before = readCounters();
  const facts = {
    ...readContainer(),
    vmuptime: shell('cat /proc/stat | grep btime'),
    cpuType: shell("grep 'model name' /proc/cpuinfo | head -1"),
    cpuModel: shell("grep 'model\t\t:' /proc/cpuinfo | head -1"),
    vmID: shell('cat /proc/self/cgroup'),
    linuxVersion: shell('uname -a'),
    ...readMemory(),
  };
  const result = { message: `hello ${event.name}` };
  const after = readCounters();
  const deltas = Object.keys(before).map((name) => [`${name}Delta`, after[name] - before[name]]);
  return { ...result, startTime, endTime: Date.now(), ...facts, ...before, ...Object.fromEntries(deltas) };
};
