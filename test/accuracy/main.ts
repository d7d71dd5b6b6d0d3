/**
 * `npm run bench:accuracy`: compares the judge of fates with the truth of simulated platforms, and with a judge that
 * knows law and order. Writes `docs/internals/accuracy.md`.
 *
 *     npm run bench:accuracy -- --seeds 5 --picks 4000 --workers 2 [--cells sparse] [--otlp 20] [--markdown FILE]
 *
 * `--only NAME,NAME` measures some of the questions with a section of their own (`test/accuracy/questions/`), or `all`
 * of them, and renews their parts of the page; `--scale 0.2` uses fewer data sets.
 *
 * SIGTERM ends it early, with a page of the runs so far. `--results FILE` keeps the measurements; `--render FILE`
 * writes the page from such a file without measuring anything.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { format, resolveConfig } from 'prettier';
import { CELLS } from './cells.ts';
import type { PlayedHosts } from './hosts.ts';
import { cellsOverOtlp, playOverOtlp } from './over-otlp.ts';
import { page } from './page.ts';
import type { Measured } from './page.ts';
import type { Played } from './play-cell.ts';
import { measureSection, parts, partNamed, withPart } from './questions/parts.ts';
import { SECTIONS } from './questions/index.ts';
import type { PlayedPicks } from './random-picks.ts';
import type { Task } from './worker.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    first: { type: 'string', default: '1' },
    picks: { type: 'string', default: '4000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    cells: { type: 'string', default: '' },
    otlp: { type: 'string', default: '20' },
    results: { type: 'string' },
    render: { type: 'string' },
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    markdown: { type: 'string', default: 'docs/internals/accuracy.md' },
  },
});
/** Options that decide what is measured; the others say where it is written. */
const MEASURING = ['seeds', 'first', 'picks', 'workers', 'cells', 'otlp', 'scale'] as const;
const seeds = Number(values.seeds);
const first = Number(values.first);
const picks = Number(values.picks);
/** Runs with machines per seed. */
const HOST_RUNS = 12;

type Result = Played | PlayedPicks | PlayedHosts;

async function play(tasks: readonly Task[]): Promise<Result[]> {
  const next = new SharedArrayBuffer(4);
  // Finishes the current tasks and starts no more.
  process.once('SIGTERM', () => Atomics.store(new Int32Array(next), 0, tasks.length));
  const results: Result[] = [];
  const workers = Array.from({ length: Number(values.workers) }, async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { tasks, next } });
    worker.on('message', (result: Result) => results.push(result));
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  await Promise.all(workers);
  return results;
}

const chosen = CELLS.flatMap(({ scenario }, cell) => (scenario.name.includes(values.cells) ? [cell] : []));
const tasks: Task[] = [
  ...Array.from({ length: picks }, (_, seed) => ({ picks: seed })),
  ...Array.from({ length: HOST_RUNS * seeds }, (_, seed) => ({ hosts: seed })),
  ...Array.from({ length: seeds }, (_, turn) => chosen.map((cell) => ({ cell, seed: first + turn }))).flat(),
];
async function measure(): Promise<Measured> {
  const started = performance.now();
  const results = await play(tasks);
  return {
    // In the order of the tasks, whichever worker was first.
    played: results.filter((result) => 'cell' in result).sort((a, b) => a.cell - b.cell || a.seed - b.seed),
    picks: results.filter((result) => 'picks' in result),
    hosts: results.filter((result) => 'hosts' in result),
    ...(Number(values.otlp) > 0 && { otlp: await playOverOtlp(cellsOverOtlp(Number(values.otlp)), first) }),
    minutes: (performance.now() - started) / 60_000,
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    command: [
      'npm run bench:accuracy --',
      ...MEASURING.flatMap((name) => (values[name] === '' ? [] : [`--${name} ${values[name]}`])),
    ].join(' '),
  };
}

const scale = Number(values.scale);
const writePage = async (text: string): Promise<void> => {
  const options = await resolveConfig(values.markdown);
  writeFileSync(values.markdown, await format(text, { ...options, parser: 'markdown' }));
};

if (values.only !== undefined) {
  const names = values.only === 'all' ? SECTIONS.map(({ name }) => name) : values.only.split(',');
  let text = readFileSync(values.markdown, 'utf8');
  for (const name of names) {
    const part = measureSection(partNamed(name), scale);
    console.log(part);
    text = withPart(text, name, part);
  }
  await writePage(text);
  process.exit();
}

const measured =
  values.render === undefined
    ? await measure()
    : (JSON.parse(readFileSync(values.render, 'utf8')) as Measured);
if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(measured));
// The other questions are measured again with the judge of fates; if only the page is rewritten, it keeps their parts.
const text = page(
  measured,
  values.render === undefined ? measureAll() : parts(readFileSync(values.markdown, 'utf8')),
);
await writePage(text);
console.log(text);

function measureAll(): string {
  return SECTIONS.map((section) => measureSection(section, scale)).join('\n');
}
