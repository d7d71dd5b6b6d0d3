import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, release } from 'node:os';
import type { Finding } from './finding.ts';
import { found } from './finding.ts';

const ENGINE_MILLIS = 60_000;
/** CPU features that ClickHouse's x86-64 build needs besides the baseline. */
const X86_FEATURES = ['ssse3', 'sse4_1', 'sse4_2', 'popcnt', 'pclmulqdq'];

/** Node, system and C library, the CPU's features, and whether the embedded engine runs here. */
export async function checkMachine(): Promise<Finding[]> {
  const findings = [checkVersions(), ...checkCpu(readText('/proc/cpuinfo'), arch())];
  return [...findings, await checkEngine()];
}

function checkVersions(): Finding {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const facts = {
    node: process.versions.node,
    system: platform(),
    release: release(),
    arch: arch(),
    ...(header.glibcVersionRuntime !== undefined && { glibc: header.glibcVersionRuntime }),
  };
  const libc = header.glibcVersionRuntime === undefined ? 'no glibc' : `glibc ${header.glibcVersionRuntime}`;
  return found(
    'machine.versions',
    'info',
    `Node ${facts.node} on ${facts.system} ${facts.release}, ${facts.arch}, ${libc}.`,
    { facts },
  );
}

/** @param cpuinfo content of /proc/cpuinfo; empty if unreadable */
export function checkCpu(cpuinfo: string, architecture: string): Finding[] {
  if (architecture !== 'x64') return [];
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  if (flags === undefined)
    return [found('machine.cpu', 'info', 'The features of the CPU cannot be read here.')];
  const missing = X86_FEATURES.filter((feature) => !flags.includes(feature));
  if (missing.length === 0)
    return [
      found('machine.cpu', 'ok', `The CPU has what the embedded engine needs: ${X86_FEATURES.join(', ')}.`),
    ];
  return [
    found('machine.cpu', 'warn', `The CPU lacks ${missing.join(', ')}, which the embedded engine needs.`, {
      facts: { missing },
      fix: 'Run the collector elsewhere, or with your own ClickHouse (SANDSCOPE_CLICKHOUSE_URL). Functions do not need the engine.',
    }),
  ];
}

/** Runs a statement in a separate process: SIGILL ends it on a CPU without the required instructions. */
function checkEngine(): Promise<Finding> {
  let module: string;
  try {
    module = createRequire(import.meta.url).resolve('chdb');
  } catch {
    return Promise.resolve(
      found(
        'machine.engine',
        'info',
        'The embedded engine is not installed; a collector needs it unless it uses your own ClickHouse.',
      ),
    );
  }
  const script = `process.stdout.write(require(${JSON.stringify(module)}).query('SELECT version()', 'TSV').trim(), () => process.exit(0))`;
  return new Promise((resolve) => {
    const options = { timeout: ENGINE_MILLIS, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, ['--eval', script], options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(
          found('machine.engine', 'ok', `The embedded engine runs here: ClickHouse ${stdout}.`, {
            facts: { version: stdout },
          }),
        );
        return;
      }
      const how = error.signal ?? `code ${String(error.code)}`;
      const said = stderr.split('\n').find((line) => /error/i.test(line)) ?? '';
      resolve(
        found(
          'machine.engine',
          'warn',
          `The embedded engine does not run here (${how})${said === '' ? '' : `: ${said.trim().slice(0, 200)}`}.`,
          {
            facts: { how },
            fix: 'Run the collector elsewhere, or with your own ClickHouse (SANDSCOPE_CLICKHOUSE_URL). Functions do not need the engine.',
          },
        ),
      );
    });
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
