/**
 * Reproduces the committed results and their pictures: `npm run experiments`, or `npm run experiments -- backoff burst`
 * for some. `npm run experiments -- --pictures` measures nothing and only draws the pictures of the committed results.
 *
 * Each folder has the configuration of a local platform, and the options of the command in `run.json`. Runs are
 * sequential, because concurrent runs would affect each other. Each result is complete before the next run begins: after
 * an interruption, name those that are left.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readResults } from '../../collector/src/report/read-result.ts';
import { resultPictures } from '../../collector/src/report/save-pictures.ts';

interface Run {
  readonly timeScale: number;
  readonly set: readonly string[];
  readonly function?: string;
}

const SANDSCOPE = join(import.meta.dirname, '../../collector/bin/sandscope.cjs');
const known = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'run.json')))
  .map(({ name }) => name);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'boolean', default: false } },
});
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`there is no experiment "${unknown}", only ${known.join(', ')}`);
const wanted = positionals.length === 0 ? known : positionals;

let child: ChildProcess | undefined;
// The running experiment stops its platform first, and this process ends after it. Ctrl-C reaches both of them.
process.on('SIGINT', () => {}).on('SIGTERM', () => child?.kill('SIGTERM'));
for (const [index, name] of wanted.entries()) {
  const folder = join(import.meta.dirname, name);
  process.stdout.write(`\n${name} (${index + 1} of ${wanted.length})\n`);
  if (!values.pictures) await measure(name, folder);
  await draw(name, folder);
}

async function measure(name: string, folder: string): Promise<void> {
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Run;
  const prepare = join(folder, 'prepare.ts');
  if (existsSync(prepare)) await node(prepare);
  const event = join(folder, 'event.json');
  const out = mkdtempSync(join(tmpdir(), 'sandscope-results-'));
  process.once('exit', () => rmSync(out, { recursive: true, force: true }));
  await node(
    SANDSCOPE,
    'probe',
    name,
    ...targetOf(folder, run),
    ...(existsSync(event) ? ['--event', event] : []),
    '--out',
    out,
  );
  copyFileSync(join(out, 'result.json'), join(folder, 'result.json'));
}

/** As SVG: small, and its changes can be compared. */
async function draw(name: string, folder: string): Promise<void> {
  const [{ result } = {}] = await readResults([join(folder, 'result.json')]);
  if (!result) return;
  const [first] = await resultPictures(result);
  if (!first) return;
  const file = join(folder, `${name}.svg`);
  writeFileSync(file, first.svg);
  process.stdout.write(`Kept: ${join(folder, 'result.json')} and ${file}\n`);
}

function targetOf(folder: string, run: Run): string[] {
  return [
    ...['--local', join(folder, 'platform.json'), '--time-scale', String(run.timeScale), '--seed', '1'],
    ...(run.function === undefined ? [] : ['--function', run.function]),
    ...run.set.flatMap((one) => ['--set', one]),
  ];
}

async function node(...args: readonly string[]): Promise<void> {
  child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) process.exit(status ?? 1);
}
