/**
 * Reproduces the committed results: `npm run experiments`, or `npm run experiments -- backoff burst` for some.
 *
 * Each folder has the configuration of a local platform, and the options of the command in `run.json`. Runs are
 * sequential, because concurrent runs would affect each other.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Run {
  readonly timeScale: number;
  readonly set: readonly string[];
  readonly function?: string;
}

const SANDSCOPE = join(import.meta.dirname, '../../collector/bin/sandscope.cjs');
const known = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'run.json')))
  .map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`there is no experiment "${unknown}", only ${known.join(', ')}`);

for (const name of wanted.length === 0 ? known : wanted) {
  const folder = join(import.meta.dirname, name);
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Run;
  const prepare = join(folder, 'prepare.ts');
  if (existsSync(prepare)) node(prepare);
  const event = join(folder, 'event.json');
  const out = mkdtempSync(join(tmpdir(), 'sandscope-results-'));
  process.stdout.write(`\n${name}\n`);
  node(
    SANDSCOPE,
    'probe',
    name,
    ...targetOf(folder, run),
    ...(existsSync(event) ? ['--event', event] : []),
    '--out',
    out,
  );
  copyFileSync(join(out, 'result.json'), join(folder, 'result.json'));
  rmSync(out, { recursive: true });
}

function targetOf(folder: string, run: Run): string[] {
  return [
    ...['--local', join(folder, 'platform.json'), '--time-scale', String(run.timeScale), '--seed', '1'],
    ...(run.function === undefined ? [] : ['--function', run.function]),
    ...run.set.flatMap((one) => ['--set', one]),
  ];
}

function node(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
