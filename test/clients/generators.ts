/** The generators, installed into the cache of the checkout: they are large, and nothing else needs them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PYTHON_GENERATOR = 'openapi-python-client==0.29.1';
const GO_GENERATOR = 'github.com/ogen-go/ogen/cmd/ogen@v1.25.0';
const INSTALL_MILLIS = 300_000;

export const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/clients', import.meta.url));

/** Runs a program to its end. @throws with what it wrote to standard error */
export function run(
  program: string,
  args: readonly string[],
  cwd: string = FOLDER,
  env: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: INSTALL_MILLIS,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A Python interpreter with the generator, and its program. Undefined without Python. */
export function pythonGenerator(): { python: string; generate: string } | undefined {
  if (!isThere('python3')) return undefined;
  const folder = join(FOLDER, 'python');
  const generate = join(folder, 'bin/openapi-python-client');
  if (!existsSync(generate)) {
    mkdirSync(FOLDER, { recursive: true });
    run('python3', ['-m', 'venv', folder]);
    run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', PYTHON_GENERATOR]);
  }
  return { python: join(folder, 'bin/python'), generate };
}

/** The generator's program. Undefined without Go. */
export function goGenerator(): string | undefined {
  if (!isThere('go')) return undefined;
  const bin = join(FOLDER, 'bin');
  const generate = join(bin, 'ogen');
  if (!existsSync(generate)) {
    mkdirSync(bin, { recursive: true });
    run('go', ['install', GO_GENERATOR], FOLDER, { GOBIN: bin });
  }
  return generate;
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, [program === 'go' ? 'version' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`SKIPPED: ${program} is not installed\n`);
    return false;
  }
}
