/** Programs of other projects, installed on demand by `install.sh`: too large for every checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** Where `install.sh` puts packages of npm, */
export const PEERS = fileURLToPath(new URL('peers/node_modules', import.meta.url));
/** programs written in Go, */
const BINARIES = fileURLToPath(new URL('peers/bin', import.meta.url));
/** and Python with packages of its own. */
const PYTHON = fileURLToPath(new URL('peers/python', import.meta.url));

/** Python with pandas and ClickHouse's client. */
const PANDAS = fileURLToPath(new URL('peers/pandas', import.meta.url));
/** Java archives of ClickHouse's JDBC driver. */
const JDBC = fileURLToPath(new URL('peers/jdbc', import.meta.url));
/** Python with moto, an AWS for tests. */
const MOTO = fileURLToPath(new URL('peers/moto', import.meta.url));

/** Folder of an installed package; undefined if it is not installed. */
export function peer(name: string, file = 'package.json'): string | undefined {
  const folder = join(PEERS, name);
  return existsSync(join(folder, file)) ? folder : undefined;
}

/**
 * Tests that need a package; skipped with a line on standard error if it is not installed.
 *
 * @param file that the package contains only if it was built
 */
export function describeWithPeer(name: string, tests: (folder: string) => void, file?: string): void {
  describeWith(name, peer(name, file), tests);
}

/** Tests that need a program of `peers/bin`, given its path; skipped in the same way. */
export function describeWithProgram(name: string, tests: (program: string) => void): void {
  const program = join(BINARIES, name);
  describeWith(name, existsSync(program) ? program : undefined, tests);
}

/** Tests that need Python with a package of OpenTelemetry, given the interpreter; skipped in the same way. */
export function describeWithPython(tests: (python: string) => void, name = 'opentelemetry-sdk'): void {
  const mark = join(PYTHON, 'installed');
  const isInstalled = existsSync(mark) && readFileSync(mark, 'utf8').includes(`${name}==`);
  describeWith(`${name} for Python`, isInstalled ? join(PYTHON, 'bin/python') : undefined, tests);
}

/** Tests that need moto, given the program that serves it; skipped in the same way. */
export function describeWithMoto(tests: (program: string) => void): void {
  const isInstalled = existsSync(join(MOTO, 'installed'));
  describeWith('moto', isInstalled ? join(MOTO, 'bin/moto_server') : undefined, tests);
}

/** Tests that need pandas and ClickHouse's client for Python, given the interpreter; skipped in the same way. */
export function describeWithPandas(tests: (python: string) => void): void {
  const isInstalled = existsSync(join(PANDAS, 'installed'));
  describeWith('pandas', isInstalled ? join(PANDAS, 'bin/python') : undefined, tests);
}

/** Tests that need Java and ClickHouse's JDBC driver, given the class path; skipped in the same way. */
export function describeWithJdbc(tests: (classPath: string) => void): void {
  const isInstalled = existsSync(join(JDBC, 'installed'));
  describeWith('clickhouse-jdbc', isInstalled ? join(JDBC, '*') : undefined, tests);
}

function describeWith(name: string, path: string | undefined, tests: (path: string) => void): void {
  if (path === undefined)
    process.stderr.write(`SKIPPED: ${name} is not installed: run test/interop/install.sh\n`);
  describe.skipIf(path === undefined)(`on ${name}`, () => {
    tests(path ?? '');
  });
}
